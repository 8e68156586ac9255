"""Prints what NanoTrack v2 answers for formula.py's weights, with which NanoTrackTests compares.

    python3 -m pip install torch numpy
    python3 Tests/Fixtures/nanotrack.py
"""

import torch
from torch import nn
from torch.nn import functional as F

import formula


class Excitation(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channels, squeezed), nn.ReLU(), nn.Linear(squeezed, channels), nn.Hardsigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class Block(nn.Module):
    def __init__(self, inputs, hidden, outputs, kernel, stride, squeezed, swish):
        super().__init__()
        activation = nn.Hardswish() if swish else nn.ReLU()
        excitation = Excitation(hidden, squeezed) if squeezed else nn.Identity()
        depthwise = [nn.Conv2d(hidden, hidden, kernel, stride, kernel // 2, groups=hidden, bias=False), nn.BatchNorm2d(hidden)]
        narrow = [nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        if inputs == hidden:
            layers = depthwise + [activation, excitation] + narrow
        else:
            layers = [nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), activation]
            layers += depthwise + [excitation, activation] + narrow
        self.conv = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.conv(x) if self.residual else self.conv(x)


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.Hardswish()),
            Block(16, 16, 16, 3, 2, 8, False),
            Block(16, 72, 24, 3, 2, 0, False),
            Block(24, 88, 24, 3, 1, 0, False),
            Block(24, 96, 40, 5, 2, 24, True),
            Block(40, 240, 40, 5, 1, 64, True),
            Block(40, 240, 40, 5, 1, 64, True),
            Block(40, 120, 48, 5, 1, 32, True),
            Block(48, 144, 48, 5, 1, 40, True),
        )

    def forward(self, x):
        return self.features(x)


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels, 1)
        self.fc2 = nn.Conv2d(channels, channels, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


class Correlation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.CA_layer = Attention(64)
        self.conv_kernel = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))
        self.conv_search = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.BatchNorm2d(channels))

    def forward(self, z, x):
        z, x = self.conv_kernel(z), self.conv_search(x)
        return self.CA_layer(torch.einsum("nczw,nchx->nzwhx", z, x).flatten(1, 2))


def tower():
    layers = []
    for inputs in [64] + 5 * [96]:
        layers += [nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False)]
        layers += [nn.Conv2d(inputs, 96, 1, bias=False), nn.BatchNorm2d(96), nn.ReLU6()]
    return nn.Sequential(*layers)


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.corr_pw_reg = Correlation(48)
        self.corr_pw_cls = Correlation(48)
        self.cls_pw_tower = tower()
        self.bbox_pw_tower = tower()
        self.cls_pred = nn.Sequential(nn.Conv2d(96, 2, 1))
        self.bbox_pred = nn.Sequential(nn.Conv2d(96, 4, 1))

    def forward(self, z, x):
        logits = self.cls_pred(self.cls_pw_tower(self.corr_pw_cls(z, x)))
        return logits, torch.exp(self.bbox_pred(self.bbox_pw_tower(self.corr_pw_reg(z, x))))


class NanoTrack(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = Backbone()
        self.neck = nn.Module()
        self.neck.downsample = nn.Sequential(nn.Conv2d(64, 64, 1, bias=False), nn.BatchNorm2d(64))
        self.ban_head = Head()

    def forward(self, z, x):
        return self.ban_head(self.backbone(z), self.backbone(x))


if __name__ == "__main__":
    network = NanoTrack().eval()
    formula.fill(network, 0.25)
    with torch.no_grad():
        logits, sides = network(formula.values("z", (2, 3, 127, 127)), formula.values("x", (2, 3, 255, 255)))
    print("logits", list(logits.shape), formula.figures(logits))
    print("sides", list(sides.shape), formula.figures(sides))
