"""Prints what EfficientNet-Lite0 answers with weights that are a function of their names (formula.py), with which
EfficientNetLite0Tests compares. With a file of weights and pictures, the classes they get:

    python3 Tests/Fixtures/efficientnet.py efficientnet-lite0-57934424.pth picture.jpg ...
"""

import sys

import torch
from torch import nn
from torch.nn import functional as F

import formula

STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
          (1, 3, 1, 6, 320)]


class Same(nn.Conv2d):
    """Padded as TensorFlow does: as much as makes the size that divided by the stride, rounded up; odd zeros at the end."""

    def forward(self, x):
        pads = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size, self.stride):
            total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        return super().forward(F.pad(x, pads))


class Block(nn.Module):
    def __init__(self, inputs, outputs, expansion, kernel, stride):
        super().__init__()
        hidden = inputs * expansion
        if expansion > 1:
            self._expand_conv = Same(inputs, hidden, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(hidden, 1e-3)
        self._depthwise_conv = Same(hidden, hidden, kernel, stride, groups=hidden, bias=False)
        self._bn1 = nn.BatchNorm2d(hidden, 1e-3)
        self._project_conv = Same(hidden, outputs, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(outputs, 1e-3)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x):
        y = F.relu6(self._bn0(self._expand_conv(x))) if hasattr(self, "_expand_conv") else x
        y = F.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        return x + y if self.residual else y


class EfficientNetLite0(nn.Module):
    def __init__(self, stages=7, classes=None):
        super().__init__()
        self._conv_stem = Same(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, 1e-3)
        blocks, inputs, self.ends = [], 32, []
        for repeats, kernel, stride, expansion, outputs in STAGES[:stages]:
            for index in range(repeats):
                blocks.append(Block(inputs, outputs, expansion, kernel, stride if index == 0 else 1))
                inputs = outputs
            self.ends.append(len(blocks) - 1)
        self._blocks = nn.ModuleList(blocks)
        if classes:
            self._conv_head = Same(320, 1280, 1, bias=False)
            self._bn1 = nn.BatchNorm2d(1280, 1e-3)
            self._fc = nn.Linear(1280, classes)

    def forward(self, x):
        x, outputs = F.relu6(self._bn0(self._conv_stem(x))), []
        for index, block in enumerate(self._blocks):
            x = block(x)
            if index in self.ends:
                outputs.append(x)
        return outputs

    def logits(self, x):
        return self._fc(F.relu6(self._bn1(self._conv_head(self(x)[-1]))).mean((2, 3)))


if __name__ == "__main__":
    network = EfficientNetLite0(classes=1000).eval()
    if len(sys.argv) > 1:
        import cv2

        network.load_state_dict(torch.load(sys.argv[1], weights_only=True))
        for path in sys.argv[2:]:
            image = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2RGB)
            x = (torch.from_numpy(image).float().permute(2, 0, 1)[None] - 127) / 128
            with torch.no_grad():
                top = network.logits(x).softmax(1)[0].topk(3)
            print(path, [(int(i), float(f"{v:.5g}")) for v, i in zip(*top)])
    else:
        print(sum(p.numel() for p in network.parameters()), formula.digest(network))
        formula.fill(network, 0.5)
        x = formula.values("x", (2, 3, 75, 98), -1, 1)
        with torch.no_grad():
            for index, output in enumerate(network(x)):
                print(f"stage {index + 1}", list(output.shape), formula.figures(output))
            print("logits", formula.figures(network.logits(x)))
