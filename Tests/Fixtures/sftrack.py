"""Prints what the published networks of SFTrack++ answer with weights that are a function of their names (formula.py), at
a size that halves evenly and at one that does not. The networks are written here after their published structure."""

import torch
from torch import nn
from torch.nn import functional as F

import formula


class Block(nn.Module):
    def __init__(self, inputs, middle, outputs):
        super().__init__()
        self.double_conv = nn.Sequential(
            nn.Conv2d(inputs, middle, 3, padding=1), nn.BatchNorm2d(middle), nn.ReLU(),
            nn.Conv2d(middle, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        return self.double_conv(x)


class Down(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.maxpool_conv = nn.Sequential(nn.MaxPool2d(2), Block(inputs, outputs, outputs))

    def forward(self, x):
        return self.maxpool_conv(x)


class Up(nn.Module):
    def __init__(self, joined, outputs):
        super().__init__()
        self.conv = Block(joined, joined // 2, outputs)

    def forward(self, x, skip):
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)
        rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
        x = F.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
        return self.conv(torch.cat([skip, x], 1))


class Out(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.conv = nn.Conv2d(inputs, 1, 1)

    def forward(self, x):
        return self.conv(x)


class UNet(nn.Module):
    def __init__(self, inputs, widths):
        super().__init__()
        self.inc = Block(inputs, widths[0], widths[0])
        self.steps = len(widths) - 1
        for level in range(self.steps):
            setattr(self, f"down{level + 1}", Down(widths[level], widths[level + 1]))
        for step in range(self.steps):
            level = self.steps - 1 - step
            setattr(self, f"up{5 - self.steps + step}", Up(2 * widths[level], widths[max(level - 1, 0)]))
        self.outc = Out(widths[0])

    def forward(self, x):
        maps = [self.inc(x)]
        for level in range(self.steps):
            maps.append(getattr(self, f"down{level + 1}")(maps[-1]))
        x = maps.pop()
        for step in range(self.steps):
            x = getattr(self, f"up{5 - self.steps + step}")(x, maps.pop())
        return self.outc(x)


def describe(name, network, channels):
    formula.fill(network)
    print(name, sum(p.numel() for p in network.parameters()), len(network.state_dict()))
    network.eval()
    for size in ((48, 64), (46, 58)):
        with torch.no_grad():
            print(size, formula.figures(network(formula.values("x", (2, channels, *size)))))


describe("feat2seg", UNet(4, [32, 64, 128, 256, 256]), 4)
describe("refinement, seg2box", UNet(1, [16, 32, 64, 64]), 1)
