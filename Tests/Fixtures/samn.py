"""Prints what a narrow SAMN answers for formula.py's weights, and the gradients of its training loss, with which SAMNTests
compares: 2 clips of 1 + 2 frames, the first answer of which joins the memory.

    python3 -m pip install torch numpy
    python3 Tests/Fixtures/samn.py
"""

import torch
from torch import nn
from torch.nn import functional as F

import formula
from resnet import ResNet

WIDTH, KEY, VALUE, DECODER = 4, 8, 16, 8
CLIPS, FRAMES, HEIGHT, WIDTH_PIXELS = 2, 3, 64, 96


def conv(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1)


class MemoryEncoder(ResNet):
    def __init__(self):
        super().__init__(50, width=WIDTH, stages=3, first="res2")
        self.conv1_m = nn.Conv2d(1, WIDTH, 7, 2, 3, bias=False)
        self.conv1_o = nn.Conv2d(1, WIDTH, 7, 2, 3, bias=False)

    def forward(self, x, mask):
        x = self.conv1(x) + self.conv1_m(mask) + self.conv1_o(1 - mask)
        x = F.max_pool2d(F.relu(self.bn1(x)), 3, 2, 1)
        for name in self.names:
            x = getattr(self, name)(x)
        return x


class KeyValue(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.Key, self.Value = conv(inputs, KEY), conv(inputs, VALUE)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = conv(DECODER, DECODER), conv(DECODER, DECODER)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(F.relu(x))))


class Refine(nn.Module):
    def __init__(self, inputs):
        super().__init__()
        self.convFS, self.ResFS, self.ResMM = conv(inputs, DECODER), Residual(), Residual()

    def forward(self, level, deeper):
        return self.ResMM(self.ResFS(self.convFS(level)) + F.interpolate(deeper, scale_factor=2, mode="bilinear"))


class Decoder(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.convFM, self.ResMM = conv(2 * VALUE, DECODER), Residual()
        self.RF3, self.RF2, self.pred2 = Refine(channels[1]), Refine(channels[0]), conv(DECODER, 2)

    def forward(self, x, distances, levels):
        x = self.ResMM(self.convFM(x)) + distances
        x = self.RF2(levels[0], self.RF3(levels[1], x))
        return F.interpolate(self.pred2(F.relu(x)), scale_factor=4, mode="bilinear")


class SAMN(nn.Module):
    def __init__(self):
        super().__init__()
        self.Encoder_M = MemoryEncoder()
        self.Encoder_Q = ResNet(50, width=WIDTH, stages=3, first="res2")
        channels = [4 * WIDTH << stage for stage in range(3)]
        self.KV_M_r4, self.KV_Q_r4 = KeyValue(channels[2]), KeyValue(channels[2])
        self.Decoder = Decoder(channels)

    def memorize(self, frame, mask):
        x = self.Encoder_M(frame, mask)
        return self.KV_M_r4.Key(x).flatten(2), self.KV_M_r4.Value(x).flatten(2)

    def segment(self, frame, memory):
        levels = self.Encoder_Q(frame)
        query, value = self.KV_Q_r4.Key(levels[2]), self.KV_Q_r4.Value(levels[2])
        keys, values = (torch.cat(parts, 2) for parts in zip(*memory))
        weights = (keys.transpose(1, 2) @ query.flatten(2) / KEY**0.5).softmax(1)
        read = torch.cat([(values @ weights).view_as(value), value], 1)
        rows, columns = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH_PIXELS), indexing="ij")
        distances = torch.hypot(rows / HEIGHT - 0.5, columns / WIDTH_PIXELS - 0.5)[None, None].double()
        distances = F.interpolate(distances, value.shape[-2:], mode="nearest")
        p = self.Decoder(read, distances, levels).softmax(1)[:, 1:]
        p = torch.cat([1 - p, p], 1).clamp(1e-7, 1 - 1e-7)
        return read, (p / (1 - p)).log()


if __name__ == "__main__":
    network = SAMN().eval()
    formula.fill(network, 0.5)
    network.double()
    shape = (CLIPS, FRAMES)
    images = formula.values("images", (*shape, 3, HEIGHT, WIDTH_PIXELS), -2, 2).double()
    masks = (formula.values("masks", (*shape, 1, HEIGHT, WIDTH_PIXELS)) > 0.7).double()

    memory, logits = [network.memorize(images[:, 0], masks[:, 0])], []
    for frame in range(1, FRAMES):
        read, answer = network.segment(images[:, frame], memory)
        logits.append(answer)
        memory.append(network.memorize(images[:, frame], answer.softmax(1)[:, 1:]))
    truth, logits = masks[:, 1:], torch.stack(logits, 1)

    losses = F.cross_entropy(logits.flatten(0, 1), truth.flatten(0, 1)[:, 0].long(), reduction="none").flatten(1)
    p = logits.softmax(2)[:, :, 1:]
    overlap = torch.minimum(p, truth).sum((3, 4)) / torch.maximum(p, truth).sum((3, 4))
    total = losses.topk(int(0.4 * losses.shape[1]), 1).values.mean() + (1 - overlap).mean()
    total.backward()
    print("read", formula.figures(read))
    print("logits", formula.figures(logits))
    print("loss", f"{total.item():.9g}")
    for part in ["Encoder_M", "Encoder_Q", "KV_M_r4", "KV_Q_r4", "Decoder"]:
        gradients = [p.grad.flatten() for p in getattr(network, part).parameters()]
        print(part, formula.figures(torch.cat(gradients)))
