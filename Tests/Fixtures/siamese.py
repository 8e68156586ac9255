"""Prints what the Siamese networks answer with weights that are a function of their names (formula.py), and their
gradients, with which SiameseTests compares. The networks are written here after their published structure, whose names
and counts they have.

    python3 -m pip install torch numpy
    python3 Tests/Fixtures/siamese.py
"""

import torch
from torch import nn
from torch.nn import functional as F

import formula
from resnet import ResNet


def correlate(x, kernels):
    """Each sample with its own filters [O, C, h, w]."""
    return torch.cat([F.conv2d(a[None], k) for a, k in zip(x, kernels)])


def alexnet(widths, pools_first=True):
    layers, inputs = [], 3
    for index, (outputs, kernel) in enumerate(zip(widths, [11, 5, 3, 3, 3])):
        layers += [nn.Conv2d(inputs, outputs, kernel, 2 if index == 0 else 1), nn.BatchNorm2d(outputs)]
        end = [nn.MaxPool2d(3, 2), nn.ReLU()]
        layers += (end if pools_first else end[::-1]) if index < 2 else [nn.ReLU()] if index < 4 else []
        inputs = outputs
    return nn.Sequential(*layers)


class SiamRPN(nn.Module):
    def __init__(self, widths, pools_first=True, boxes=5):
        super().__init__()
        c = widths[-1]
        self.featureExtract = alexnet(widths, pools_first)
        self.conv_r1 = nn.Conv2d(c, c * 4 * boxes, 3)
        self.conv_r2 = nn.Conv2d(c, c, 3)
        self.conv_cls1 = nn.Conv2d(c, c * 2 * boxes, 3)
        self.conv_cls2 = nn.Conv2d(c, c, 3)
        self.regress_adjust = nn.Conv2d(4 * boxes, 4 * boxes, 1)

    def forward(self, z, x):
        z, x = self.featureExtract(z), self.featureExtract(x)
        regression, logits = self.conv_r1(z), self.conv_cls1(z)
        n, c, size = len(z), z.shape[1], regression.shape[-1]
        regression = correlate(self.conv_r2(x), regression.view(n, -1, c, size, size))
        logits = correlate(self.conv_cls2(x), logits.view(n, -1, c, size, size))
        return self.regress_adjust(regression), logits


class Encoder(ResNet):
    """A ResNet that normalises its images, and adds what a convolution makes of a mask."""

    def __init__(self, depth, width, stages, guided):
        super().__init__(depth, width=width, stages=stages, first="res2")
        if guided:
            self.conv1_m = nn.Conv2d(1, width, 7, 2, 3)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def forward(self, x, mask=None):
        x = self.conv1((x - self.mean) / self.std)
        if mask is not None:
            x = x + self.conv1_m(mask)
        x, outputs = F.max_pool2d(F.relu(self.bn1(x)), 3, 2, 1), []
        for name in self.names:
            x = getattr(self, name)(x)
            outputs.append(x)
        return outputs


class Global(nn.Module):
    def __init__(self, inputs, middle, outputs, k):
        super().__init__()
        self.conv_l1 = nn.Conv2d(inputs, middle, (k, 1), padding=(k // 2, 0))
        self.conv_l2 = nn.Conv2d(middle, outputs, (1, k), padding=(0, k // 2))
        self.conv_r1 = nn.Conv2d(inputs, middle, (1, k), padding=(0, k // 2))
        self.conv_r2 = nn.Conv2d(middle, outputs, (k, 1), padding=(k // 2, 0))

    def forward(self, x):
        return self.conv_l2(self.conv_l1(x)) + self.conv_r2(self.conv_r1(x))


class Refinement(nn.Module):
    def __init__(self, inputs, middle, outputs):
        super().__init__()
        self.convFS1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.convFS2 = nn.Conv2d(outputs, middle, 3, padding=1)
        self.convFS3 = nn.Conv2d(middle, outputs, 3, padding=1)
        self.convMM1 = nn.Conv2d(outputs, middle, 3, padding=1)
        self.convMM2 = nn.Conv2d(middle, outputs, 3, padding=1)

    def forward(self, features, x):
        s = self.convFS1(features)
        s = s + self.convFS3(F.relu(self.convFS2(F.relu(s))))
        m = s + F.interpolate(x, size=s.shape[2:], mode="bilinear", align_corners=False)
        return m + self.convMM2(F.relu(self.convMM1(F.relu(m))))


def heads(levels, offsets, logits):
    def unrolled(convolutions, values):
        parts = [c(x).permute(0, 2, 3, 1).reshape(len(x), -1, values) for c, x in zip(convolutions, levels)]
        return torch.cat(parts, 1)

    return unrolled(offsets, 4), unrolled(logits, 2)


def head(channels, boxes, values):
    return nn.ModuleList(nn.Conv2d(c, values * b, 3, padding=1) for c, b in zip(channels, boxes))


class SiamConcatRPN(nn.Module):
    def __init__(self, depth, width, c):
        super().__init__()
        self.base = Encoder(depth, width, 3, True)
        e = 4 if depth >= 50 else 1
        self.GC1, self.convG1 = Global(8 * width * e, c, c, 11), nn.Conv2d(c, c, 3, padding=1)
        self.GC2, self.convG2 = Global(c, c // 2, c, 9), nn.Conv2d(c, c, 3, padding=1)
        self.GC3, self.convG3 = Global(c, c // 2, c, 7), nn.Conv2d(c, c, 3, padding=1)
        self.RF = Refinement(2 * width * e, c // 2, c)
        self.extras = nn.ModuleList([
            nn.Conv2d(c, c // 2, 1), nn.Conv2d(c // 2, c, 3, 2, 1),
            nn.Conv2d(c, c // 2, 1), nn.Conv2d(c // 2, c, 3, 2, 1),
            nn.Conv2d(c, c // 4, 1), nn.Conv2d(c // 4, c // 2, 3, 2, 1),
            nn.Conv2d(c // 2, c // 4, 1), nn.Conv2d(c // 4, c // 2, 3),
            nn.Conv2d(c // 2, c // 4, 1), nn.Conv2d(c // 4, c // 2, 3)])
        channels, boxes = [c, c, c, c // 2, c // 2, c // 2], [4, 6, 6, 6, 4, 4]
        self.loc, self.conf = head(channels, boxes, 4), head(channels, boxes, 2)

    def forward(self, z, z_mask, x, x_mask):
        z, x = self.base(z, z_mask), self.base(x, x_mask)
        y = self.GC1(torch.cat([x[2], z[2]], 1))
        y = y + self.convG1(F.relu(y))
        y = self.GC2(F.relu(y))
        y = y + self.convG2(F.relu(y))
        y = self.GC3(F.relu(y))
        y = y + self.convG3(F.relu(y))
        y = self.RF(x[1], y)
        levels = [y]
        for index, convolution in enumerate(self.extras):
            y = F.relu(convolution(y))
            if index % 2:
                levels.append(y)
        return heads(levels, self.loc, self.conf)


class SiamBroadcastRPN(nn.Module):
    def __init__(self, depth, width, c):
        super().__init__()
        self.resnetX, self.resnetZ = Encoder(depth, width, 2, False), Encoder(depth, width, 2, False)
        e = 4 if depth >= 50 else 1
        self.relation = nn.Sequential(
            nn.Conv2d(4 * width * e, c, 3, padding=1), nn.BatchNorm2d(c), nn.ReLU(),
            nn.ConvTranspose2d(c, c, 4, 2, 1), nn.BatchNorm2d(c), nn.ReLU())
        self.extras = nn.ModuleList(
            [layer for _ in range(2) for layer in (
                nn.Conv2d(c, c // 4, 1), nn.BatchNorm2d(c // 4),
                nn.Conv2d(c // 4, c, 3, 2, 1), nn.BatchNorm2d(c), nn.ReLU())])
        self.loc, self.conf = head([c, c], [6, 6], 4), head([c, c], [6, 6], 2)

    def forward(self, z, x):
        z, x = self.resnetZ(z)[1], self.resnetX(x)[1]
        x = self.relation(torch.cat([x, z.amax((2, 3), keepdim=True).expand_as(x)], 1))
        levels = []
        for index, layer in enumerate(self.extras):
            x = layer(x)
            if index % 5 == 4:
                levels.append(x)
        return heads(levels, self.loc, self.conf)


PUBLISHED = {
    "SiamRPN narrow": lambda: SiamRPN([96, 256, 384, 384, 256]),
    "SiamRPN paper": lambda: SiamRPN([192, 512, 768, 768, 512], pools_first=False),
    "SiamConcatRPN paper": lambda: SiamConcatRPN(50, 64, 512),
    "SiamBroadcastRPN paper": lambda: SiamBroadcastRPN(50, 64, 256),
}

if __name__ == "__main__":
    for name, make in PUBLISHED.items():
        network = make()
        print(name, sum(p.numel() for p in network.parameters()), formula.digest(network))
