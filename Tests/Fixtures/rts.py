"""Prints what a narrow RTS answers for formula.py's weights, and the gradients of its training loss, with which
RTSTests compares: 2 sequences of 1 + 2 frames, five unrolled steps of the learners and two more after the first answer.

    python3 -m pip install torch numpy
    python3 Tests/Fixtures/rts.py
"""

import torch
from torch import nn
from torch.nn import functional as F

import formula

WIDTH, CHANNELS, ENCODING, DECODER = 4, 8, 16, 8
SEQUENCES, FRAMES, HEIGHT, WIDTH_PIXELS = 2, 3, 64, 96


def conv(inputs, outputs, kernel, stride=1, bias=True):
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=bias)


class Bottleneck(nn.Module):
    def __init__(self, inputs, inner, stride):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, inner, 1, stride, False), nn.BatchNorm2d(inner)
        self.conv2, self.bn2 = conv(inner, inner, 3, 1, False), nn.BatchNorm2d(inner)
        self.conv3, self.bn3 = conv(inner, 4 * inner, 1, 1, False), nn.BatchNorm2d(4 * inner)
        self.downsample = None
        if inputs != 4 * inner:
            self.downsample = nn.Sequential(conv(inputs, 4 * inner, 1, stride, False), nn.BatchNorm2d(4 * inner))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(y)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Backbone(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        inputs = width
        for stage, blocks in enumerate([3, 4, 6, 3]):
            inner, layers = width << stage, []
            for index in range(blocks):
                layers.append(Bottleneck(inputs, inner, 2 if stage > 0 and index == 0 else 1))
                inputs = 4 * inner
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        levels = []
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
            levels.append(x)
        return levels


class L2Norm(nn.Module):
    def forward(self, x):
        scale = (1 / (x.shape[1] * 9)) ** 0.5
        count = x[0].numel()
        return x * scale * (count / (x.square().sum((1, 2, 3), keepdim=True) + 1e-5)).sqrt()


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = conv(inputs, outputs, 3, stride, False)
        self.conv2 = conv(outputs, outputs, 3, 1, False)
        self.downsample = conv(inputs, outputs, 3, stride)

    def forward(self, x):
        return F.relu(self.conv2(F.relu(self.conv1(x))) + self.downsample(x))


class Encoder(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.conv_block = nn.Sequential(conv(1, 16, 3, stride), nn.ReLU())
        self.pool = nn.MaxPool2d(3, stride, 1)
        self.res1, self.res2 = Block(16, 32, stride), Block(32, 64, stride)
        self.label_pred = nn.Sequential(conv(64, ENCODING, 3), nn.ReLU())
        self.samp_w_pred = conv(64, ENCODING, 3)

    def forward(self, x):
        x = self.res2(self.res1(self.pool(self.conv_block(x))))
        return self.label_pred(x), self.samp_w_pred(x)


class TSE(nn.Module):
    def __init__(self, features, outputs):
        super().__init__()
        joined = outputs + ENCODING
        self.reduce = nn.Sequential(conv(features, outputs, 1), nn.ReLU(), conv(outputs, outputs, 1))
        self.transform = nn.Sequential(
            conv(joined, joined, 3), nn.ReLU(), conv(joined, joined, 3), nn.ReLU(), conv(joined, outputs, 3), nn.ReLU()
        )

    def forward(self, x, encoding):
        reduced = self.reduce(x)
        return self.transform(torch.cat([reduced, resized(encoding, x)], 1)), reduced


class RRB(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1x1 = conv(channels, channels, 1)
        self.bblock = nn.Sequential(
            conv(channels, channels, 3), nn.BatchNorm2d(channels), nn.ReLU(), conv(channels, channels, 3, 1, False)
        )

    def forward(self, x):
        x = self.conv1x1(x)
        return F.relu(x + self.bblock(x))


class CAB(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.convreluconv = nn.Sequential(
            conv(2 * channels, channels, 1), nn.ReLU(), conv(channels, channels, 1)
        )

    def forward(self, shallow, deep):
        pooled = torch.cat([shallow.mean((2, 3), keepdim=True), deep.mean((2, 3), keepdim=True)], 1)
        return shallow * torch.sigmoid(self.convreluconv(pooled)) + resized(deep, shallow)


def resized(x, like, mode="bilinear"):
    return F.interpolate(x, like.shape[-2:], mode=mode, align_corners=False)


class Decoder(nn.Module):
    def __init__(self, features):
        super().__init__()
        widths = [DECODER, 2 * DECODER, 2 * DECODER, 4 * DECODER]
        for name in ["TSE", "RRB1", "CAB", "RRB2", "proj"]:
            setattr(self, name, nn.ModuleDict())
        for level in range(3, -1, -1):
            name, width = f"layer{level + 1}", widths[level]
            self.TSE[name], self.CAB[name] = TSE(features[level], width), CAB(width)
            self.RRB1[name], self.RRB2[name] = RRB(width), RRB(width)
            if level < 3:
                self.proj[name] = nn.Sequential(conv(widths[level + 1], width, 1), nn.ReLU())
        self.project = nn.Module()
        self.project.conv1, self.project.conv2 = conv(DECODER, DECODER // 2, 3), conv(DECODER // 2, 1, 3)

    def forward(self, encoding, levels, size):
        deep = None
        for level in range(3, -1, -1):
            name = f"layer{level + 1}"
            encoded, reduced = self.TSE[name](levels[level], encoding)
            below = reduced.mean((2, 3), keepdim=True) if deep is None else self.proj[name](deep)
            deep = self.RRB2[name](self.CAB[name](self.RRB1[name](encoded), below))
        x = F.interpolate(deep, scale_factor=2, mode="bicubic", align_corners=False)
        x = F.interpolate(F.relu(self.project.conv1(x)), size, mode="bicubic", align_corners=False)
        return self.project.conv2(x)


class RTS(nn.Module):
    def __init__(self):
        super().__init__()
        self.feature_extractor = Backbone(WIDTH)
        channels = [4 * WIDTH << stage for stage in range(4)]
        self.target_model, self.classifier = nn.Module(), nn.Module()
        self.target_model.feature_extractor = nn.Sequential(conv(channels[2], CHANNELS, 3, 1, False), L2Norm())
        self.filter_reg = torch.tensor(0.01, requires_grad=True)
        self.classifier.feature_extractor = nn.Sequential(conv(channels[2], CHANNELS, 3, 2, False), L2Norm())
        self.classifier.filter_initializer = nn.Module()
        self.classifier.filter_initializer.filter_conv = conv(CHANNELS, CHANNELS, 3)
        self.label_encoder, self.clf_encoder = Encoder(2), Encoder(1)
        self.decoder = Decoder(channels)


def scores(x, filters, padding):
    """T_f(x): samples [N, M, C, H, W], filters [N, O, C, k, k]."""
    return torch.stack([F.conv2d(a, f, padding=padding) for a, f in zip(x, filters)])


def descend(residuals, filters, steps):
    """Steepest descent with J and Jᵀ by automatic differentiation, sequence by sequence."""
    path = [filters]
    for _ in range(steps):
        r = residuals(filters)
        # ⟨Jg, u⟩ = ⟨g, Jᵀu⟩: the derivative of Jᵀu by u.
        u = [torch.zeros_like(part, requires_grad=True) for part in r]
        (g,) = torch.autograd.grad(r, filters, grad_outputs=r, create_graph=True)
        (transposed,) = torch.autograd.grad(r, filters, grad_outputs=u, create_graph=True)
        h = torch.autograd.grad(transposed, u, grad_outputs=g, create_graph=True)
        axes = (1, 2, 3, 4)
        step = g.square().sum(axes) / sum(part.square().sum(axes) for part in h).clamp(min=1e-8)
        filters = filters - step[:, None, None, None, None] * g
        path.append(filters)
    return path


def precise_pool(x, boxes, scale):
    """Precise RoI pooling to 4×4 bins of one box each, by sums of the bilinear surface over a fine grid."""
    pooled = []
    for image, (left, top, right, bottom) in zip(x, boxes):
        fine = 64
        def centres(low, high):
            return scale * (low + (high - low) * (torch.arange(4 * fine, dtype=x.dtype) + 0.5) / (4 * fine))
        def weights(positions, count):
            return F.relu(1 - (positions[:, None] - torch.arange(count, dtype=x.dtype)).abs())
        rows, columns = weights(centres(top, bottom), image.shape[1]), weights(centres(left, right), image.shape[2])
        surface = torch.einsum("rh,chw,dw->crd", rows, image, columns)
        pooled.append(F.avg_pool2d(surface[None], fine)[0])
    return torch.stack(pooled)


def lovasz(probabilities, truth):
    losses = []
    for p, g in zip(probabilities.flatten(0, 1).flatten(1), truth.flatten(0, 1).flatten(1)):
        errors, order = (g - p).abs().sort(descending=True)
        g = g[order]
        jaccard = 1 - (g.sum() - g.cumsum(0)) / (g.sum() + (1 - g).cumsum(0))
        losses.append(errors @ torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]]))
    return torch.stack(losses).mean()


def hinge(s, y):
    return torch.where(y > 0.05, s - y, F.relu(s)).square().mean()


if __name__ == "__main__":
    network = RTS().eval()
    formula.fill(network, 0.35)
    network.double()
    regularization = network.filter_reg.double().detach().requires_grad_()
    shape = (SEQUENCES, FRAMES)
    images = formula.values("images", (*shape, 3, HEIGHT, WIDTH_PIXELS), -120, 130).double()
    masks = (formula.values("masks", (*shape, 1, HEIGHT, WIDTH_PIXELS)) > 0.7).double()
    labels = F.relu(formula.values("labels", (*shape, 1, 3, 4), -1, 1).double())
    boxes = [(20.0, 12.0, 62.0, 45.0), (33.0, 8.0, 60.0, 50.0)]

    levels = network.feature_extractor(images.flatten(0, 1))
    x_s = network.target_model.feature_extractor(levels[2]).unflatten(0, shape)
    x_c = network.classifier.feature_extractor(levels[2]).unflatten(0, shape)
    levels = [level.unflatten(0, shape) for level in levels]

    first = precise_pool(network.classifier.filter_initializer.filter_conv(x_c[:, 0]), boxes, 1 / 16)[:, None]
    y = labels[:, :1]
    m = ((y > 0.05).double() + 0.1).clamp(max=1)

    def instance_residuals(filters):
        s = scores(x_c[:, :1], filters, 2)
        return [(1 - m) / 2 * s.abs() + (1 + m) / 2 * s - m * y, 0.01 * filters]

    path = descend(instance_residuals, first, 5)
    answers = [scores(x_c[:, 1:], filters, 2) for filters in path]

    encodings, weights = [[part] for part in network.label_encoder(masks[:, 0])]
    filters = torch.zeros(SEQUENCES, ENCODING, CHANNELS, 3, 3, dtype=torch.double, requires_grad=True)
    logits = []
    for frame in range(1, FRAMES):
        e, w = torch.stack(encodings, 1), torch.stack(weights, 1)

        def residuals(filters):
            return [w * (scores(x_s[:, :frame], filters, 1) - e), regularization * filters]

        filters = descend(residuals, filters, 5 if frame == 1 else 2)[-1]
        encoded = scores(x_s[:, frame : frame + 1], filters, 1)[:, 0]
        encoded = encoded + resized(network.clf_encoder(answers[-1][:, frame - 1])[0], encoded)
        mask = network.decoder(encoded, [level[:, frame] for level in levels], (HEIGHT, WIDTH_PIXELS))
        logits.append(mask)
        for known, part in zip((encodings, weights), network.label_encoder(mask.detach().sigmoid())):
            known.append(part)
    logits = torch.stack(logits, 1)

    truth = masks[:, 1:]
    losses = [hinge(s, labels[:, 1:]) for s in answers]
    total = 10 * lovasz(logits.sigmoid(), truth) + 100 * losses[-1] + 100 * losses[0] + 400 * sum(losses[1:-1]) / 4
    total.backward()
    print("masks", formula.figures(logits))
    print("scores", formula.figures(answers[-1]))
    print("loss", f"{total.item():.9g}")
    print("filter_reg", f"{regularization.grad.item():.8g}")
    for part in ["feature_extractor", "target_model", "classifier", "label_encoder", "clf_encoder", "decoder"]:
        gradients = [p.grad.flatten() for p in getattr(network, part).parameters() if p.grad is not None]
        print(part, formula.figures(torch.cat(gradients)))
