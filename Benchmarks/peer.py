"""What PyTorch takes for the package's benchmarks: eager, channels last, on the CPU.

    python3 Benchmarks/peer.py [--threads N] [--filter TEXT] [--keep-memory] [--memory]

Protocol, for a program that runs this one as a child: standard output has one JSON object per line,
flushed at once. The first is {"peer": "PyTorch 2.13.0, 2 threads"}; then comes, for each benchmark whose
name contains TEXT, {"name": …, "ms": the median of its runs, "detail": what was run}; or, with --memory,
only {"name": "unet.….memory", "megabytes": …, "detail": …}: the highest resident size of a process after five
training steps, PyTorch itself included. Exit code 0; 3 with one line on standard error
where PyTorch cannot be imported; 2 for a usage error.

Each benchmark runs in a process of its own: how malloc treats a large tensor depends on what was freed
before, and an addition of 8 M floats takes several times longer where its result is fresh memory from the
system. That is what a script gets; --keep-memory tells malloc to keep freed memory instead, and so shows
PyTorch with a better allocator.

Benchmarks, float32 unless they say otherwise; sizes are those that the name states.
  unet.training_step, unet.inference   the U-Net of 482,881 parameters (Tests/Fixtures/unet.py), batch 4 of
                                       256×448; training: loss (BCE), gradients, SGD step (Nesterov, .9)
  unet.training_step.compiled          the same, the model by torch.compile; left out where there is no g++
  ….bfloat16                           the same under autocast
  sftrack.small.3x72x128               SFTrack++ on a window of three frames, five trackers: the masks of their boxes, one
                                       spectral step (3×5×5) over the mixture, the U-Nets to the mask and the box
  conv2d.C→O@HxW.forward               3×3, padding 1, bias, batch 4
  conv3d.C→O@TxHxW.forward             3×3×3, or 3×7×7 for 1→8, 8→1 and 16→16, same padding, bias, batch 1
  ….forward_backward                   and the gradients of input, filter and bias
  elementwise.…, reduce.…, softmax     8,388,608 elements, fresh result; softmax, and sums …_of_rows, over rows of 128
  batch_norm.…, group_norm.…           [4, 256, 512, 16] in channels-last notation; batch norm in training mode, 4 groups
  layer_norm.forward_backward          over rows of 128
  matmul.N, matmul.bfloat16.N          N×N by N×N
  spectral.10x480x854.…                one step of SFSeg (Eq. 7) over ten frames, 3×7×7, by conv3d; .separable by three
  warp.8x480x854                       eight masks of one channel along a smooth flow, by grid_sample with border padding
  grid_sample.forward_backward         [4, 128, 224, 32] in channels-last notation at as many random places
  conv2d.per_sample.C→O@HxW.…          a 3×3 filter for each sample, as a grouped convolution, batch 4 or 16
  correlation.…                        a 7×7 template for each of 8 images of 256 channels, likewise
  siamrpn.….tracking                   SiamRPN (Tests/Fixtures/siamese.py) on a region of 271 pixels, the kernels kept
  siamrpn.….training_step              16 pairs, means of squares, Adam
  rts.paper.tracked_frame              RTS (Tests/Fixtures/rts.py) on 480×832: the networks, and the learners' steps over 32 masks
                                       and 50 labels
  samn.paper.tracked_frame             SAMN (Tests/Fixtures/samn.py): the query encoder on three squares of 256 and their scores,
                                       and on one of 384, reading 20 frames, the decoder, the memory encoder
  mlp.training_step                    784-512-256-10 with ReLU, 32 samples, mean squared error, SGD
  transformer.training_step            a block of ViT-S, [8, 197, 384], 6 heads, mean squared error, SGD
  lstm.training_step                   [16, 32, 256] to 256, likewise
  conv_lstm.training_step              [2, 8, 64, 64, 32] in channels-last notation to 32 channels, 3×3, likewise
  dense_crf.480x854                    pydensecrf2, which has one thread; left out where it cannot be imported
  davis.scores.480x854                 J and F of 32 masks, NumPy and OpenCV after their definition, as the benchmark's own
                                       code has them; left out where cv2 cannot be imported
  davis.files.480x854                  the same with the masks decoded from PNG by Pillow
  optical_flow.480x854                 OpenCV's DIS, medium preset; left out where cv2 cannot be imported
  optical_flow.both.480x854            the same there and back
"""

import argparse
import ctypes
import importlib.util
import json
import os
import pathlib
import shutil
import statistics
import sys
import time

try:
    import torch
except ImportError as error:
    print(f"peer.py: PyTorch cannot be imported: {error}", file=sys.stderr)
    sys.exit(3)
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Tests" / "Fixtures"))
from siamese import SiamRPN
from unet import UNet, benchmark_unet

ELEMENTS = 8 * 2**20


def report(**line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def median_milliseconds(run):
    """After a warm-up: runs until there are 7 and they took 0.3 s together, or until 2 s have passed."""
    for _ in range(3):
        run()
    times = []
    while sum(times) < 2 and (len(times) < 7 or sum(times) < 0.3):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times)


def training_step(model, loss, inputs, target, learning_rate=0.01):
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True)

    def step():
        optimizer.zero_grad()
        loss(model(inputs), target).backward()
        optimizer.step()

    return step


def without_gradient(run):
    def quietly():
        with torch.inference_mode():
            run()

    return quietly


def bfloat16(model):
    """The model under autocast, its weights float32."""

    def cast(inputs):
        with torch.autocast("cpu", torch.bfloat16):
            return model(inputs).float()

    cast.parameters = getattr(model, "parameters", None)
    return cast


def compiled(model):
    """The model by torch.compile and g++: a compiler that CXX names may have no omp.h."""
    os.environ["CXX"] = "g++"
    return torch.compile(model)


def unet_training(wrap=lambda model: model):
    model = wrap(benchmark_unet().to(memory_format=torch.channels_last))
    inputs = torch.rand(4, 4, 256, 448).to(memory_format=torch.channels_last)
    target = (torch.rand(4, 1, 256, 448) > 0.5).float()
    return training_step(model, F.binary_cross_entropy_with_logits, inputs, target)


def unet_inference(wrap=lambda model: model):
    model = wrap(benchmark_unet().to(memory_format=torch.channels_last).eval())
    inputs = torch.rand(4, 4, 256, 448).to(memory_format=torch.channels_last)
    return without_gradient(lambda: model(inputs))


def gaussian_taps(sizes):
    """The 1-D filters, each of sum 1, whose product is the spectral step's."""
    taps = []
    for size in sizes:
        distance = torch.arange(size) - size // 2
        tap = torch.exp(-0.5 * (distance / ((size - 1) / 4)) ** 2)
        taps.append(tap / tap.sum())
    return taps


def tracked_window():
    frames, trackers, size = 3, 5, (72, 128)
    networks = [UNet(inputs, widths, transposed=False, bias=True).to(memory_format=torch.channels_last).eval()
                for inputs, widths in ((4, [16, 32, 64, 64]), (1, [8, 16, 16]), (1, [8, 16, 32, 32]))]
    feat2seg, refinement, seg2box = networks
    images = torch.rand(frames, 3, *size).to(memory_format=torch.channels_last)
    boxes = torch.zeros(trackers, frames, 1, *size)
    boxes[..., 20:50, 40:88] = 1
    weight, bias = torch.full((trackers,), 4 / trackers), torch.zeros(1)
    kernel = torch.einsum("i,j,k->ijk", *gaussian_taps((3, 5, 5)))[None, None]

    def run():
        inputs = torch.cat([images.repeat(trackers, 1, 1, 1), boxes.flatten(0, 1)], 1)
        channels = feat2seg(inputs).sigmoid().reshape(trackers, frames, *size)
        f = (torch.einsum("c,c...->...", weight, 2 * channels - 1) + bias).sigmoid()
        scores = 0.05 + 0.9 * f
        d, alpha = scores ** 0.1, 0.5
        u, square = d * scores, alpha * f * f
        products = F.conv3d(torch.stack([u, square * u, f * u])[:, None], kernel, padding=(1, 2, 2))[:, 0]
        x = d * ((1 - square) * products[0] - products[1] + 2 * alpha * f * products[2])
        low, high = x.amin((1, 2), keepdim=True), x.amax((1, 2), keepdim=True)
        x = (x - low) / torch.where(high == low, 1, high - low)
        mask = refinement(x[None, -1:])
        return mask, seg2box(mask)

    return without_gradient(run)


def siamrpn(widths, training, wrap=lambda model: model):
    """A frame of tracking, the template's kernels kept, or a step of 16 pairs."""
    def images(count, side):
        return torch.rand(count, 3, side, side).to(memory_format=torch.channels_last)

    model = SiamRPN(widths).to(memory_format=torch.channels_last)
    if not training:
        model.eval()
        with torch.inference_mode():
            template = model.template(images(1, 127))
        search = wrap(lambda x: torch.cat(model.search(x, template), 2))
        return without_gradient(lambda x=images(1, 271): search(x))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    answer = wrap(lambda pairs: torch.cat(model(*pairs), 2))
    pairs = images(16, 127), images(16, 271)

    def step():
        optimizer.zero_grad()
        offsets, logits = answer(pairs).split([4, 2], 2)
        (offsets.square().mean() + logits.square().mean()).backward()
        optimizer.step()

    return step


def steepest_descent(samples, filters, data, regularization, steps):
    """RTS' learner: J and Jᵀ written out, the scores carried from step to step. `data` gives residuals and slopes."""
    padding = filters.shape[-1] // 2
    s = F.conv2d(samples, filters, padding=padding)
    for _ in range(steps):
        r, slope = data(s)
        g = torch.nn.grad.conv2d_weight(samples, filters.shape, slope * r, padding=padding) + regularization**2 * filters
        change = F.conv2d(samples, g, padding=padding)
        step = g.square().sum() / ((slope * change).square().sum() + (regularization * g).square().sum()).clamp(min=1e-8)
        filters, s = filters - step * g, s - step * change
    return filters


def rts_frame():
    import rts
    rts.WIDTH, rts.CHANNELS, rts.DECODER = 64, 512, 64
    network = rts.RTS().to(memory_format=torch.channels_last).eval()
    image = torch.rand(1, 3, 480, 832).to(memory_format=torch.channels_last)

    def memory(*shape):
        return torch.rand(*shape).to(memory_format=torch.channels_last)

    x_s, encodings, weights = memory(32, 512, 30, 52), memory(32, 16, 30, 52), memory(32, 16, 30, 52)
    x_c, labels = memory(50, 512, 15, 26), memory(50, 1, 16, 27)
    tau, kappa = torch.rand(16, 512, 3, 3) / 100, torch.rand(1, 512, 4, 4) / 100

    def instance_data(s):
        m = ((labels > 0.05).float() + 0.1).clamp(max=1)
        return (1 - m) / 2 * s.abs() + (1 + m) / 2 * s - m * labels, (1 - m) / 2 * s.sign() + (1 + m) / 2

    def run():
        levels = network.feature_extractor(image)
        own_s = network.target_model.feature_extractor(levels[2])
        own_c = network.classifier.feature_extractor(levels[2])
        encoding = F.conv2d(own_s, tau, padding=1)
        scores = F.conv2d(own_c, kappa, padding=2)
        encoding = encoding + rts.resized(network.clf_encoder(scores)[0], encoding)
        mask = network.decoder(encoding, levels, (480, 832))
        x_s[-1:], x_c[-1:] = own_s, own_c
        encodings[-1:], weights[-1:] = network.label_encoder(mask.sigmoid())
        steepest_descent(x_s, tau, lambda s: (weights * (s - encodings), weights), 0.01, 3)
        steepest_descent(x_c, kappa, instance_data, 0.01, 2)

    return without_gradient(run)


def samn_frame():
    import samn
    samn.WIDTH, samn.KEY, samn.VALUE, samn.DECODER = 64, 128, 512, 256
    network = samn.SAMN().to(memory_format=torch.channels_last).eval()
    crops = torch.rand(3, 3, 256, 256).to(memory_format=torch.channels_last)
    image = torch.rand(1, 3, 384, 384).to(memory_format=torch.channels_last)
    projection, spatial_filter = torch.rand(64, 1024, 1, 1), torch.rand(1, 64, 4, 4)
    cells = 24 * 24
    keys, values = torch.rand(1, 128, 20 * cells), torch.rand(1, 512, 20 * cells)
    distances = torch.zeros(1, 1, 24, 24)

    def run():
        scores = F.conv2d(F.conv2d(network.Encoder_Q(crops)[2], projection), spatial_filter, padding=2)
        levels = network.Encoder_Q(image)
        query, value = network.KV_Q_r4.Key(levels[2]), network.KV_Q_r4.Value(levels[2])
        weights = (keys.transpose(1, 2) @ query.flatten(2) / 128**0.5).softmax(1)
        read = torch.cat([(values @ weights).view_as(value), value], 1)
        mask = network.Decoder(read, distances, levels).softmax(1)[:, 1:]
        keys[..., -cells:], values[..., -cells:] = network.memorize(image, mask)
        return scores

    return without_gradient(run)


def mlp_training():
    model = nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))
    return training_step(model, F.mse_loss, torch.rand(32, 784), torch.rand(32, 10))


class ConvLSTM(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.input = nn.Conv2d(channels, 4 * channels, 3, padding=1)
        self.hidden = nn.Conv2d(channels, 4 * channels, 3, padding=1, bias=False)

    def forward(self, x):
        outputs, h, c = [], torch.zeros_like(x[:, 0]), torch.zeros_like(x[:, 0])
        gates = self.input(x.flatten(0, 1)).unflatten(0, x.shape[:2])
        for frame in gates.unbind(1):
            i, f, g, o = (frame + self.hidden(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return torch.stack(outputs, 1)


class Outputs(nn.Module):
    """The first of what a module returns."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return self.module(x)[0]


def sequence_training(kind, wrap=lambda model: model):
    if kind == "transformer":
        model = nn.TransformerEncoderLayer(
            384, 6, 1536, dropout=0, activation="gelu", batch_first=True, norm_first=True)
        x = torch.rand(8, 197, 384)
    elif kind == "lstm":
        model, x = Outputs(nn.LSTM(256, 256, batch_first=True)), torch.rand(16, 32, 256)
    else:
        model = ConvLSTM(32).to(memory_format=torch.channels_last)
        # The frames of each sample in channels last.
        x = torch.rand(2, 8, 64, 64, 32).movedim(-1, 2)
    return training_step(wrap(model), F.mse_loss, x, torch.rand_like(x))


def forward_backward(function, *operands):
    for operand in operands:
        operand.requires_grad_()
    cotangent = torch.rand_like(function(*operands))
    return lambda: torch.autograd.grad(function(*operands), operands, cotangent)


def convolution(batch, channels, outputs, size, kernel, backward):
    layout = torch.channels_last if len(size) == 2 else torch.channels_last_3d
    apply = F.conv2d if len(size) == 2 else F.conv3d
    padding = [k // 2 for k in kernel]
    inputs = torch.rand(batch, channels, *size).to(memory_format=layout)
    filters = torch.rand(outputs, channels, *kernel).to(memory_format=layout)
    bias = torch.rand(outputs)
    if backward:
        return forward_backward(lambda *operands: apply(*operands, padding=padding), inputs, filters, bias)
    return without_gradient(lambda: apply(inputs, filters, bias, padding=padding))


def normalization(name):
    images = torch.rand(4, 16, 256, 512).to(memory_format=torch.channels_last)
    mean, variance = torch.zeros(16), torch.ones(16)
    inputs, function = {
        "batch_norm": (images, lambda x, w, b: F.batch_norm(x, mean, variance, w, b, training=True)),
        "group_norm": (images, lambda x, w, b: F.group_norm(x, 4, w, b)),
        "layer_norm": (torch.rand(ELEMENTS // 128, 128), lambda x, w, b: F.layer_norm(x, w.shape, w, b)),
    }[name]
    channels = 128 if name == "layer_norm" else 16
    return forward_backward(function, inputs, torch.rand(channels), torch.rand(channels))


def elementwise(function, arity):
    operands = [torch.rand(ELEMENTS) for _ in range(arity)]
    return without_gradient(lambda: function(*operands))


def reduction(function):
    rows = torch.rand(ELEMENTS // 128, 128)
    return without_gradient(lambda: function(rows))


def softmax():
    rows = torch.rand(ELEMENTS // 128, 128)
    return without_gradient(lambda: rows.softmax(-1))


def spectral(channels, backward, separable=False):
    """d·[(1 − Σf²)·G∗u − G∗(Σf²·u) + 2 Σ f·G∗(f·u)], u = d·x; the products are the batch of one convolution."""
    taps = gaussian_taps((3, 7, 7))
    if separable:
        filters = [tap.reshape(1, 1, *[-1 if a == axis else 1 for a in range(3)]) for axis, tap in enumerate(taps)]
    else:
        filters = [torch.einsum("i,j,k->ijk", *taps)[None, None]]

    def step(x, d, f):
        u, square = d * x, (f * f).sum(0)
        products = torch.cat([u[None], (square * u)[None], f * u])[:, None]
        for weight in filters:
            products = F.conv3d(products, weight, padding=[k // 2 for k in weight.shape[2:]])
        plain, squared, cross = products[0, 0], products[1, 0], products[2:, 0]
        return d * ((1 - square) * plain - squared + 2 * (f * cross).sum(0))

    operands = torch.rand(10, 480, 854), 0.5 + 0.5 * torch.rand(10, 480, 854), torch.rand(channels, 10, 480, 854)
    return forward_backward(step, *operands) if backward else without_gradient(lambda: step(*operands))


def grid_sample():
    images = torch.rand(4, 32, 128, 224).to(memory_format=torch.channels_last)
    return forward_backward(
        lambda x, grid: F.grid_sample(x, grid, align_corners=False), images, 2 * torch.rand(4, 128, 224, 2) - 1)


def warp():
    masks = torch.rand(8, 1, 480, 854)
    flow = F.interpolate(8 * torch.rand(8, 2, 6, 10) - 4, (480, 854), mode="bilinear").permute(0, 2, 3, 1)
    rows, columns = torch.meshgrid(torch.arange(480.), torch.arange(854.), indexing="ij")
    grid = (torch.stack([columns, rows], -1) + flow + 0.5) * torch.tensor([2 / 854, 2 / 480]) - 1
    return without_gradient(lambda: F.grid_sample(masks, grid, padding_mode="border", align_corners=False))


def per_sample(batch, inputs, outputs, size, kernel, padding, groups=1):
    """Each sample with a filter of its own: samples as groups of channels."""

    def convolve(x, w):
        y = F.conv2d(x.reshape(1, batch * inputs, *size), w.reshape(-1, inputs // groups, kernel, kernel),
                     padding=padding, groups=batch * groups)
        return y.reshape(batch, outputs, *y.shape[2:])

    return forward_backward(
        convolve, torch.rand(batch, inputs, *size), torch.rand(batch, outputs, inputs // groups, kernel, kernel))


def matmul(size, dtype=torch.float32):
    a, b = torch.rand(size, size, dtype=dtype), torch.rand(size, size, dtype=dtype)
    return without_gradient(lambda: a @ b)


def optical_flow(both=False):
    import cv2
    import numpy
    cv2.setNumThreads(torch.get_num_threads())
    cells = numpy.random.default_rng(0).integers(0, 256, (50, 88), dtype=numpy.uint8)
    scene = cv2.resize(cells, (880, 500))
    first = numpy.ascontiguousarray(scene[:480, :854])
    second = numpy.ascontiguousarray(scene[4:484, 7:861])
    estimator = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    there = lambda: estimator.calc(first, second, None)
    return (lambda: (there(), estimator.calc(second, first, None))) if both else there


def davis_masks():
    import numpy
    rows, columns = numpy.mgrid[:480, :854] + 0.5

    def mask(frame, offset):
        x, y = (columns - 280 - 8 * frame) / 1.4, rows - 240
        angle = numpy.arctan2(y, x)
        return numpy.hypot(x, y) < 130 + 12 * numpy.sin(9 * angle) + offset * numpy.sin(4 * angle)
    return [(mask(frame, 6), mask(frame, 0)) for frame in range(32)]


def davis_score(found, truth, radius=8):
    """J, and F of boundaries within a disk (8 pixels are 0.008 of the diagonal, rounded up)."""
    import cv2
    import numpy
    either = numpy.logical_or(found, truth).sum()
    region = numpy.logical_and(found, truth).sum() / either if either else 1

    def boundary(mask):
        wide = numpy.pad(mask, ((0, 1), (0, 1)), mode="edge")
        return (mask ^ wide[:-1, 1:]) | (mask ^ wide[1:, :-1]) | (mask ^ wide[1:, 1:])
    y, x = numpy.mgrid[-radius:radius + 1, -radius:radius + 1]
    disk = (x * x + y * y <= radius * radius).astype(numpy.uint8)
    a, b = boundary(found), boundary(truth)
    near_a, near_b = (cv2.dilate(edge.astype(numpy.uint8), disk) > 0 for edge in (a, b))
    precision, recall = (a & near_b).sum() / a.sum(), (b & near_a).sum() / b.sum()
    return region, 2 * precision * recall / (precision + recall)


def davis_scores():
    masks = davis_masks()
    return lambda: [davis_score(*pair) for pair in masks]


def davis_files():
    import io
    import numpy
    from PIL import Image

    def encoded(mask):
        file = io.BytesIO()
        image = Image.fromarray(mask.astype(numpy.uint8))
        image.putpalette([0, 0, 0, 128, 0, 0])
        image.save(file, "png")
        return file.getvalue()

    def decoded(file):
        return numpy.array(Image.open(io.BytesIO(file))) > 0
    files = [[encoded(mask) for mask in pair] for pair in davis_masks()]
    return lambda: [davis_score(*map(decoded, pair)) for pair in files]


def dense_crf():
    import numpy as np
    import pydensecrf.densecrf as densecrf

    image = F.interpolate(torch.rand(1, 3, 30, 54), size=(480, 854), mode="bilinear")[0]
    image = np.ascontiguousarray((255 * image.permute(1, 2, 0)).round().numpy().astype(np.uint8))
    energies = -np.log(np.random.default_rng(0).uniform(0.2, 0.8, (2, 480 * 854)).astype(np.float32))

    def run():
        crf = densecrf.DenseCRF2D(854, 480, 2)
        crf.addPairwiseGaussian(3, compat=3)
        crf.addPairwiseBilateral(80, 13, image, compat=10)
        crf.setUnaryEnergy(energies)
        crf.inference(5)
    return run


def benchmarks():
    """(name, detail, a function that prepares and returns the one to time)"""
    yield "unet.training_step", "batch 4 of 256×448, SGD with Nesterov momentum", unet_training
    if shutil.which("g++"):
        yield "unet.training_step.compiled", "the same, the model by torch.compile", lambda: unet_training(compiled)
    else:
        print("peer.py: no g++, so no peer for unet.training_step.compiled", file=sys.stderr)
    yield "unet.inference", "batch 4 of 256×448, evaluation mode", unet_inference
    yield "unet.training_step.bfloat16", "the same under autocast", lambda: unet_training(bfloat16)
    yield "unet.inference.bfloat16", "the same under autocast", lambda: unet_inference(bfloat16)
    yield "sftrack.small.3x72x128", "three frames, five trackers, evaluation mode", tracked_window
    convolutions = [(4, c, o, [s, s], [3, 3])
                    for c, o, s in [(4, 16, 256), (16, 16, 256), (32, 32, 128), (64, 64, 64),
                                    (128, 128, 32), (256, 256, 16)]]
    convolutions += [(1, 8, 8, [8, 64, 64], [3, 3, 3]), (1, 32, 32, [8, 32, 32], [3, 3, 3]),
                     (1, 64, 64, [4, 28, 28], [3, 3, 3]), (1, 1, 8, [8, 120, 160], [3, 7, 7]),
                     (1, 8, 1, [8, 120, 160], [3, 7, 7]), (1, 16, 16, [8, 60, 80], [3, 7, 7])]
    for batch, channels, outputs, size, kernel in convolutions:
        name = f"conv{len(size)}d.{channels}→{outputs}@{'x'.join(map(str, size))}"
        detail = f"batch {batch}, {'×'.join(map(str, kernel))}"
        for suffix, backward in (("forward", False), ("forward_backward", True)):
            yield f"{name}.{suffix}", detail, (
                lambda arguments=(batch, channels, outputs, size, kernel, backward): convolution(*arguments))
    for name, function, arity in [
            ("elementwise.add", torch.add, 2), ("elementwise.multiply", torch.mul, 2),
            ("elementwise.exp", torch.exp, 1), ("elementwise.sigmoid", torch.sigmoid, 1),
            ("elementwise.gelu", F.gelu, 1), ("elementwise.relu", torch.relu, 1),
            ("reduce.sum", torch.sum, 1)]:
        yield name, f"{ELEMENTS} elements", lambda f=function, n=arity: elementwise(f, n)
    for name, function in [("sum_of_rows", lambda x: x.sum(1)), ("sum_of_columns", lambda x: x.sum(0)),
                           ("max_of_rows", lambda x: x.amax(1))]:
        yield f"reduce.{name}", f"{ELEMENTS // 128} rows of 128", lambda f=function: reduction(f)
    yield "softmax", f"{ELEMENTS // 128} rows of 128", softmax
    for name, detail in [("batch_norm", "training mode, 16 channels, batch 4 of 256×512"),
                         ("group_norm", "4 groups of 4 channels, batch 4 of 256×512"),
                         ("layer_norm", f"{ELEMENTS // 128} rows of 128")]:
        yield f"{name}.forward_backward", detail, lambda n=name: normalization(n)
    for size in (512, 1024, 2048, 4096):
        yield f"matmul.{size}", f"{size}×{size} by {size}×{size}", lambda n=size: matmul(n)
    yield "matmul.bfloat16.2048", "2048×2048 by 2048×2048", lambda: matmul(2048, torch.bfloat16)
    for infix, channels in (("", 1), ("two_channels.", 2)):
        for suffix, backward in (("forward", False), ("forward_backward", True)):
            yield f"spectral.10x480x854.{infix}{suffix}", "ten frames, 3×7×7", (
                lambda arguments=(channels, backward): spectral(*arguments))
    yield "spectral.10x480x854.separable.forward", "ten frames, 3×7×7 in three 1-D filters", (
        lambda: spectral(1, False, separable=True))
    yield "warp.8x480x854", "eight masks of one channel, grid_sample with border padding", warp
    yield "grid_sample.forward_backward", "bilinear, zeros beyond, batch 4 of 128×224, 32 channels", grid_sample
    for name, arguments in [
            ("conv2d.per_sample.512→16@30x52", (4, 512, 16, [30, 52], 3, 1)),
            ("conv2d.per_sample.64→64@32x32", (16, 64, 64, [32, 32], 3, 1)),
            ("correlation.full.256@31x31", (8, 256, 1, [31, 31], 7, 0)),
            ("correlation.depthwise.256@31x31", (8, 256, 256, [31, 31], 7, 0, 256))]:
        yield f"{name}.forward_backward", f"batch {arguments[0]}", lambda a=arguments: per_sample(*a)
    if importlib.util.find_spec("cv2"):
        yield "optical_flow.480x854", "OpenCV's DIS, medium preset", optical_flow
        yield "optical_flow.both.480x854", "the same there and back", lambda: optical_flow(both=True)
        yield "davis.scores.480x854", "32 masks, NumPy and OpenCV", davis_scores
        yield "davis.files.480x854", "32 masks, Pillow, NumPy and OpenCV", davis_files
    else:
        print("peer.py: no cv2, so no peer for optical_flow and davis", file=sys.stderr)
    if importlib.util.find_spec("pydensecrf"):
        yield "dense_crf.480x854", "pydensecrf2, five updates, one thread", dense_crf
    else:
        print("peer.py: no pydensecrf, so no peer for dense_crf", file=sys.stderr)
    for kind in ("transformer", "lstm", "conv_lstm"):
        yield f"{kind}.training_step", "SGD with Nesterov momentum", lambda kind=kind: sequence_training(kind)
        if kind != "lstm":
            yield f"{kind}.training_step.bfloat16", "the same under autocast", (
                lambda kind=kind: sequence_training(kind, bfloat16))
    for preset, widths in [("narrow", [96, 256, 384, 384, 256]), ("paper", [192, 512, 768, 768, 512])]:
        for kind, training in [("tracking", False), ("training_step", True)]:
            for suffix, wrap in [("", lambda model: model), (".bfloat16", bfloat16)]:
                yield f"siamrpn.{preset}.{kind}{suffix}", "a region of 271" if not training else "16 pairs, Adam", (
                    lambda arguments=(widths, training, wrap): siamrpn(*arguments))
    yield "rts.paper.tracked_frame", "480×832, the learners' steps with it", rts_frame
    yield "samn.paper.tracked_frame", "three squares of 256, one of 384, 20 frames remembered", samn_frame
    yield "mlp.training_step", "784-512-256-10, 32 samples, SGD with Nesterov momentum", mlp_training


def report_time(name, detail, prepare):
    report(name=name, ms=round(median_milliseconds(prepare()), 4), detail=detail)


def report_memory(name, wrap):
    step = unet_training(wrap)
    for _ in range(5):
        step()
    # Not ru_maxrss, which starts from the parent's where the parent was large.
    status = pathlib.Path("/proc/self/status").read_text()
    kibibytes = int(status.split("VmHWM:")[1].split()[0])
    report(name=name, megabytes=round(kibibytes * 1024 / 1e6, 1),
           detail="highest resident size of the process")


def keep_memory():
    trim_threshold, mmap_threshold = -1, -3  # glibc's mallopt
    libc = ctypes.CDLL(None)
    for parameter in (trim_threshold, mmap_threshold):
        if not libc.mallopt(parameter, 2**30):
            sys.exit("peer.py: mallopt refused")


def in_own_process(run, *arguments):
    """PyTorch has started no thread in this process, so that a fork of it is sound."""
    child = os.fork()
    if child == 0:
        run(*arguments)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit("peer.py: a benchmark failed")


def main():
    parser = argparse.ArgumentParser(description="Times PyTorch at the package's benchmarks.")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--filter", default="", metavar="TEXT")
    parser.add_argument("--keep-memory", action="store_true")
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    if options.keep_memory:
        keep_memory()
    version = torch.__version__.split("+")[0]
    kept = ", freed memory kept" if options.keep_memory else ""
    report(peer=f"PyTorch {version}, {options.threads} threads{kept}")
    if options.memory:
        in_own_process(report_memory, "unet.training_step.memory", lambda model: model)
        in_own_process(report_memory, "unet.training_step.bfloat16.memory", bfloat16)
        return
    for name, detail, prepare in benchmarks():
        if options.filter in name:
            in_own_process(report_time, name, detail, prepare)


main()
