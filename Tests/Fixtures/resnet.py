"""Prints what residual networks answer with weights that are a function of their names (formula.py), with which
ResNetTests compares. torchvision's, the same with the stride in the first 1x1, and SiamRPN++'s are written here after
their published structure; their names and counts are those of the published state dicts."""

import torch
from torch import nn
from torch.nn import functional as F

import formula

BLOCKS = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3]}


class Basic(nn.Module):
    def __init__(self, inputs, inner, stride, dilation, style):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, inner, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        if stride > 1 or inputs != inner:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, inner, 1, stride, bias=False), nn.BatchNorm2d(inner))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.downsample(x))


class Bottleneck(nn.Module):
    def __init__(self, inputs, inner, stride, dilation, style):
        super().__init__()
        outputs = 4 * inner
        changes = stride > 1 or inputs != outputs
        if changes:
            dilation = max(1, dilation // 2)
        pad = 0 if style == "siamRPN" and stride > 1 else dilation
        first, second = (stride, 1) if style == "caffe" else (1, stride)
        self.conv1 = nn.Conv2d(inputs, inner, 1, first, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, inner, 3, second, pad, dilation, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Identity()
        if changes:
            if style == "siamRPN" and inputs != inner:
                skip = nn.Conv2d(inputs, outputs, 3, stride, pad, dilation, bias=False)
            else:
                skip = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.downsample = nn.Sequential(skip, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + self.downsample(x))


class ResNet(nn.Module):
    def __init__(self, depth, style="torchvision", width=64, stages=4, first="layer1"):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 0 if style == "siamRPN" else 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs, self.names = width, []
        for stage in range(stages):
            inner = width << stage
            steps = stage > 0 and not (style == "siamRPN" and stage > 1)
            dilation = max(1, 1 << max(stage - 1, 0)) if style == "siamRPN" else 1
            layers = []
            for index in range(BLOCKS[depth][stage]):
                stride = 2 if steps and index == 0 else 1
                layers.append((Bottleneck if depth >= 50 else Basic)(inputs, inner, stride, dilation, style))
                inputs = 4 * inner if depth >= 50 else inner
            self.names.append(f"{first[:-1]}{int(first[-1]) + stage}")
            setattr(self, self.names[-1], nn.Sequential(*layers))

    def stem(self, x):
        return F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)

    def forward(self, x):
        x, outputs = self.stem(x), []
        for name in self.names:
            x = getattr(self, name)(x)
            outputs.append(x)
        return outputs


if __name__ == "__main__":
    for depth in BLOCKS:
        count = sum(p.numel() for p in ResNet(depth).parameters())
        print(depth, "parameters", count, "tensors", len(ResNet(depth).state_dict()))
    for depth, style in [(18, "torchvision"), (34, "torchvision"), (50, "torchvision"), (101, "torchvision"),
                         (50, "caffe"), (50, "siamRPN")]:
        network = ResNet(depth, style, width=8).eval()
        formula.fill(network, 0.5)
        with torch.no_grad():
            for name, x in zip(network.names, network(formula.values("x", (2, 3, 75, 90)))):
                print(depth, style, name, list(x.shape), formula.figures(x))
    count = sum(p.numel() for p in ResNet(50, "siamRPN").parameters())
    print("siamRPN parameters", count)
