"""The Siamese networks, written after their published structure, whose names and counts they have, and with weights that
are a function of these names (formula.py). Prints what SiameseTests compares with, and writes siamese.safetensors: of each
network, narrow, what it answers in training and in evaluation, and of each parameter's gradient, in the order of their
names, the sum of magnitudes and the product with a direction; float64.

    python3 -m pip install torch numpy
    python3 Tests/Fixtures/siamese.py
"""

import pathlib

import torch
from torch import nn
from torch.nn import functional as F

import formula
from efficientnet import EfficientNetLite0
from resnet import ResNet
from safetensors_file import save


def correlate(x, kernels):
    """Each sample with its own filters [O, C, h, w]."""
    return torch.cat([F.conv2d(a[None], k) for a, k in zip(x, kernels)])


def by_box(maps, values):
    """Maps whose channels go through the boxes of a place before the next value, as a list of boxes."""
    n, _, h, w = maps.shape
    return maps.reshape(n, values, -1, h, w).permute(0, 3, 4, 2, 1).reshape(n, -1, values)


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

    def template(self, z):
        z = self.featureExtract(z)
        return [y.reshape(len(z), -1, z.shape[1], *y.shape[2:]) for y in (self.conv_r1(z), self.conv_cls1(z))]

    def search(self, x, template):
        x = self.featureExtract(x)
        offsets = self.regress_adjust(correlate(self.conv_r2(x), template[0]))
        return by_box(offsets, 4), by_box(correlate(self.conv_cls2(x), template[1]), 2)

    def forward(self, z, x):
        return self.search(x, self.template(z))


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


class DepthwiseHead(nn.Module):
    def __init__(self, inputs, c, outputs):
        super().__init__()
        self.conv_kernel = nn.Sequential(nn.Conv2d(inputs, c, 3, bias=False), nn.BatchNorm2d(c), nn.ReLU())
        self.conv_search = nn.Sequential(nn.Conv2d(inputs, c, 3, bias=False), nn.BatchNorm2d(c), nn.ReLU())
        self.head = nn.Sequential(
            nn.Conv2d(c, c, 1, bias=False), nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, outputs, 1))

    def forward(self, z, x):
        z, x = self.conv_kernel(z), self.conv_search(x)
        n, c, h, w = x.shape
        y = F.conv2d(x.reshape(1, n * c, h, w), z.reshape(n * c, 1, *z.shape[2:]), groups=n * c)
        return self.head(y.view(n, c, *y.shape[2:]))


def depthwise_heads(inputs, c):
    module = nn.Module()
    module.cls, module.loc = DepthwiseHead(inputs, c, 10), DepthwiseHead(inputs, c, 20)
    return module


class DepthwiseSiamRPN(nn.Module):
    def __init__(self, widths, c):
        super().__init__()
        self.backbone = nn.Module()
        self.backbone.features = alexnet(widths)
        self.rpn_head = depthwise_heads(widths[-1], c)

    def forward(self, z, x):
        z, x = self.backbone.features(z), self.backbone.features(x)
        return by_box(self.rpn_head.loc(z, x), 4), by_box(self.rpn_head.cls(z, x), 2)


class SiamRPNPlusPlus(nn.Module):
    def __init__(self, backbone, channels, c):
        super().__init__()
        self.backbone, self.neck, self.rpn_head = backbone, nn.Module(), nn.Module()
        self.numbers = [str(2 + index) for index in range(len(channels))]
        for number, inputs in zip(self.numbers, channels):
            neck = nn.Module()
            neck.downsample = nn.Sequential(nn.Conv2d(inputs, c, 1, bias=False), nn.BatchNorm2d(c))
            setattr(self.neck, "downsample" + number, neck)
            setattr(self.rpn_head, "rpn" + number, depthwise_heads(c, c))
        self.rpn_head.cls_weight = nn.Parameter(torch.ones(len(channels)))
        self.rpn_head.loc_weight = nn.Parameter(torch.ones(len(channels)))

    def features(self, x):
        outputs = self.backbone(x)
        if isinstance(self.backbone, ResNet):
            return outputs[1:]
        return [outputs[2], F.interpolate(outputs[4], size=outputs[2].shape[2:], mode="bilinear", align_corners=False)]

    def forward(self, z, x):
        offsets, logits = 0, 0
        weights = zip(self.rpn_head.loc_weight.softmax(0), self.rpn_head.cls_weight.softmax(0))
        for number, z, x, (a, b) in zip(self.numbers, self.features(z), self.features(x), weights):
            neck, heads = getattr(self.neck, "downsample" + number).downsample, getattr(self.rpn_head, "rpn" + number)
            z, x = neck(z), neck(x)
            first = (z.shape[-1] - 7) // 2
            z = z[:, :, first : first + 7, first : first + 7]
            offsets, logits = offsets + a * heads.loc(z, x), logits + b * heads.cls(z, x)
        return by_box(offsets, 4), by_box(logits, 2)


def plus_plus(width=64, c=256):
    return SiamRPNPlusPlus(ResNet(50, "siamRPN", width), [8 * width, 16 * width, 32 * width], c)


def on_efficientnet(c):
    return SiamRPNPlusPlus(EfficientNetLite0(stages=5), [40, 112], c)


PUBLISHED = {
    "SiamRPN narrow": (lambda: SiamRPN([96, 256, 384, 384, 256]), 1, 127, 271),
    "SiamRPN paper": (lambda: SiamRPN([192, 512, 768, 768, 512], pools_first=False), 1, 127, 271),
    "SiamConcatRPN paper": (lambda: SiamConcatRPN(50, 64, 512), 0.5, 300, 300),
    "SiamBroadcastRPN paper": (lambda: SiamBroadcastRPN(50, 64, 256), 1, 64, 256),
    "SiamRPN++ on AlexNet": (lambda: DepthwiseSiamRPN([96, 256, 384, 384, 256], 256), 1, 127, 287),
    "SiamRPN++ on ResNet-50": (plus_plus, 0.25, 127, 255),
    "SiamRPN++ on EfficientNet-Lite0": (lambda: on_efficientnet(96), 0.5, 127, 255),
}
NARROW = {
    "rpn": (lambda: SiamRPN([8, 12, 16, 16, 8]), 127, 167),
    "concat": (lambda: SiamConcatRPN(50, 8, 16), 300, 300),
    "broadcast": (lambda: SiamBroadcastRPN(50, 8, 16), 64, 128),
    "plusplus_alexnet": (lambda: DepthwiseSiamRPN([8, 12, 16, 16, 8], 8), 127, 183),
    "plusplus_resnet50": (lambda: plus_plus(8, 16), 127, 191),
    "plusplus_efficientnet": (lambda: on_efficientnet(16), 127, 191),
}


def inputs(network, batch, z, x, dtype):
    names = ["z", "z_mask", "x", "x_mask"] if isinstance(network, SiamConcatRPN) else ["z", "x"]
    sizes = {"z": z, "x": x}
    return [
        formula.values(name, (batch, 1 if "mask" in name else 3, sizes[name[0]], sizes[name[0]])).to(dtype)
        for name in names
    ]


def gradients(make, z, x, training):
    network = make()
    formula.fill(network, 0.5)
    network.double().train(training)
    outputs = network(*inputs(network, 2, z, x, torch.float64))
    names = ["offsets", "logits"]
    loss = sum((y * formula.values(f"{name}_cotangent", y.shape, -1, 1)).sum() for y, name in zip(outputs, names))
    loss.backward()
    rows = []
    for name, parameter in sorted(network.named_parameters()):
        direction = formula.values(name, parameter.shape, -1, 1)
        rows.append([parameter.grad.abs().sum(), (parameter.grad * direction).sum()])
    outputs = [y.detach() for y in outputs]
    figures = [[y.mean(), y.std(unbiased=False), y.min(), y.max(), y.abs().sum()] for y in outputs]
    return torch.tensor(figures, dtype=torch.float64), torch.tensor(rows, dtype=torch.float64)


if __name__ == "__main__":
    tensors = {}
    for name, (make, z, x) in NARROW.items():
        for mode in ["training", "evaluation"]:
            figures, rows = gradients(make, z, x, mode == "training")
            tensors[f"{name}.{mode}.figures"], tensors[f"{name}.{mode}.gradients"] = figures, rows
    save(pathlib.Path(__file__).parent / "siamese.safetensors", tensors, {})
    for name, (make, gain, z, x) in PUBLISHED.items():
        network = make().eval()
        print(name, sum(p.numel() for p in network.parameters()), formula.digest(network))
        if "++" in name:
            formula.fill(network, gain)
            with torch.no_grad():
                for y, kind in zip(network(*inputs(network, 1, z, x, torch.float32)), ["offsets", "logits"]):
                    print("   ", kind, list(y.shape), formula.figures(y))
