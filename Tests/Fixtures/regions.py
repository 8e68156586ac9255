"""Regions, blocks and grids, and what walks along axes, at options drawn at random: PyTorch's values and gradients.

    python3 Tests/Fixtures/regions.py FILE [--count N] [--seed S] [--operators NAME,…]

The file is one of those of configurations.py, of other operators. What torchvision has and PyTorch has not is written
out here, place by place.
"""

import math

import torch
from torch.nn import functional as F

import configurations
from configurations import extent, first, last


def cumulative_product(draw):
    rank = draw.one(1, 2, 3)
    options = {"axis": draw.integer(0, rank - 1)}
    x = draw.normal(*draw.each(rank, 1, 2, 5))
    if draw.flag():
        x = torch.where(x.abs() < 0.6, 0, x)
    return options, [x], lambda x: x.cumprod(options["axis"])


def vector_norm(draw):
    rank = draw.one(1, 2, 3)
    axes = sorted(draw.random.sample(range(rank), draw.integer(1, rank)))
    options = {"axes": axes, "order": draw.one(1.0, 1.5, 2.0, 3.0, 1e9), "keeping": draw.flag()}
    order = math.inf if options["order"] == 1e9 else options["order"]
    x = draw.distinct(*draw.each(rank, 1, 2, 4)) + 0.03
    return options, [x], lambda x: torch.linalg.vector_norm(x, order, axes, options["keeping"])


def rms_norm(draw):
    x = draw.normal(*draw.each(draw.one(2, 3, 4), 1, 3, 7)) * 2
    trailing = list(x.shape[-draw.one(1, 2):])
    options = {"epsilon": draw.one(1e-5, 0.1)}
    return options, [x, draw.normal(*trailing)], lambda x, w: F.rms_norm(x, trailing, w, options["epsilon"])


def local_response_norm(draw):
    options = {"size": draw.one(1, 2, 3, 4, 9), "alpha": draw.one(1e-4, 0.7), "beta": draw.one(0.75, 0.4),
               "k": draw.one(1.0, 2.0)}
    x = draw.normal(draw.one(1, 2), *draw.each(draw.one(1, 2), 1, 3), draw.one(1, 2, 5))
    return options, [x], lambda x: last(F.local_response_norm(
        first(x), options["size"], options["alpha"], options["beta"], options["k"]))


def pixel_shuffle(draw):
    options = {"block": draw.one(1, 2, 3), "inverse": draw.flag()}
    b, (n, h, w, c) = options["block"], draw.each(4, 1, 2, 3)
    if options["inverse"]:
        return options, [draw.normal(n, h * b, w * b, c)], lambda x: last(F.pixel_unshuffle(first(x), b))
    return options, [draw.normal(n, h, w, c * b * b)], lambda x: last(F.pixel_shuffle(first(x), b))


def folding(draw):
    """PyTorch has all windows along one axis, and channels before the kernel's places."""
    options = {"fold": draw.flag(), "kernel": draw.each(2, 1, 2, 3), "stride": draw.each(2, 1, 2),
               "padding": draw.each(2, 0, 1, 2), "dilation": draw.each(2, 1, 1, 2), "size": draw.each(2, 2, 4, 5)}
    kernel, size = options["kernel"], options["size"]
    arguments = {key: options[key] for key in ("stride", "padding", "dilation")}
    counts = [(n + 2 * p - e) // s + 1 for n, p, e, s in zip(
        size, options["padding"], extent(kernel, options["dilation"]), options["stride"])]
    if min(counts) < 1:
        return None
    n, c = draw.one(1, 2), draw.one(1, 2, 3)
    if options["fold"]:
        return options, [draw.normal(n, *counts, *kernel, c)], lambda y: last(F.fold(
            y.permute(0, 5, 3, 4, 1, 2).reshape(n, c * kernel[0] * kernel[1], -1), size, kernel, **arguments))
    return options, [draw.normal(n, *size, c)], lambda x: F.unfold(first(x), kernel, **arguments).reshape(
        n, c, *kernel, *counts).permute(0, 4, 5, 2, 3, 1)


def affine_grid(draw):
    axes = draw.one(2, 3)
    options = {"size": draw.each(axes, 1, 2, 3, 4), "align_corners": draw.flag()}
    n = draw.one(1, 2)
    return options, [draw.normal(n, axes, axes + 1)], lambda theta: F.affine_grid(
        theta, [n, 1, *options["size"]], options["align_corners"])


def antialiased(draw):
    mode = draw.one("linear", "cubic")
    # Down to one column PyTorch 2.13 does something else than down to one row.
    options = {"interpolation": mode, "size": [draw.one(1, 2, 3, 7), draw.one(2, 3, 7)], "align_corners": draw.flag()}
    x = draw.normal(draw.one(1, 2), *draw.each(2, 1, 3, 6, 11), draw.one(1, 3))
    return options, [x], lambda x: last(F.interpolate(
        first(x), options["size"], mode={"linear": "bilinear", "cubic": "bicubic"}[mode],
        align_corners=options["align_corners"], antialias=True))


def antialiased_by_factor(draw):
    mode = draw.one("linear", "cubic")
    options = {"interpolation": mode, "scale": draw.each(2, 0.45, 0.6, 1.7), "align_corners": draw.flag()}
    x = draw.normal(draw.one(1, 2), *draw.each(2, 5, 6, 11), draw.one(1, 3))
    return options, [x], lambda x: last(F.interpolate(
        first(x), scale_factor=options["scale"], mode={"linear": "bilinear", "cubic": "bicubic"}[mode],
        align_corners=options["align_corners"], antialias=True))


def sequence_interpolation(draw):
    mode = draw.one("nearest", "linear")
    options = {"interpolation": mode, "length": draw.one(1, 2, 5, 8), "align_corners": mode == "linear" and draw.flag()}
    arguments = {"align_corners": options["align_corners"]} if mode == "linear" else {}
    x = draw.normal(draw.one(1, 2), draw.one(1, 3, 6), draw.one(1, 4))
    return options, [x], lambda x: last(F.interpolate(first(x), options["length"], mode=mode, **arguments))


def max_unpooling(draw):
    """Pooled, and put back."""
    options = {"kernel": draw.each(2, 1, 2, 3), "size": draw.each(2, 3, 4, 6)}
    options["stride"] = options["kernel"]
    x = draw.distinct(draw.one(1, 2), *options["size"], draw.one(1, 3))

    def back_and_forth(x):
        values, indices = F.max_pool2d(first(x), options["kernel"], return_indices=True)
        flat = torch.zeros(*values.shape[:2], options["size"][0] * options["size"][1], dtype=x.dtype)
        flat = flat.scatter(2, indices.flatten(2), 2 * values.flatten(2))
        return last(flat.unflatten(2, options["size"]))

    return options, [x], back_and_forth


def positions(draw):
    """Gathered from, put or added to positions in the first axes."""
    shape = draw.each(draw.one(2, 3), 1, 2, 4)
    depth, count = draw.integer(1, len(shape)), draw.one(1, 3, 5)
    name = draw.one("gather", "scatter", "scatter_add")
    indices = [[draw.integer(0, n - 1) for n in shape[:depth]] for _ in range(count)]
    if name == "scatter":
        indices = [list(i) for i in sorted({tuple(i) for i in indices})]
    options = {"name": name, "indices": indices}
    places = tuple(torch.tensor(indices).unbind(1))
    x, values = draw.normal(*shape), draw.normal(len(indices), *shape[depth:])
    if name == "gather":
        return options, [x], lambda x: x[places]
    return options, [x, values], lambda x, v: x.index_put(places, v, accumulate=name == "scatter_add")


def bilinear(image, y, x):
    """Of an image `[H, W, C]`, 0 outside."""
    low, value = (math.floor(float(y)), math.floor(float(x))), 0
    for i in (low[0], low[0] + 1):
        for j in (low[1], low[1] + 1):
            if 0 <= i < image.shape[0] and 0 <= j < image.shape[1]:
                value = value + image[i, j] * ((1 - (y - i).abs()) * (1 - (x - j).abs()))
    return torch.zeros_like(image[0, 0]) + value


def roi_align(draw):
    """As torchvision's; a place up to a pixel outside takes the border's value."""
    options = {"size": draw.each(2, 1, 2, 3), "scale": draw.one(1.0, 0.5), "points": draw.one(0, 1, 2),
               "half_pixel": draw.flag()}
    n, (h, w) = draw.one(1, 2), draw.each(2, 2, 5)
    boxes = [[float(draw.integer(0, n - 1))] + draw.uniform(-2, 9, 4).tolist() for _ in range(3)]
    options["boxes"] = boxes
    shift = 0.5 if options["half_pixel"] else 0

    def align(x):
        results = []
        for box in boxes:
            left, top, right, bottom = (e * options["scale"] - shift for e in box[1:])
            width, height = right - left, bottom - top
            if not options["half_pixel"]:
                width, height = max(width, 1), max(height, 1)
            if width <= 0 or height <= 0:
                return None
            bins = [height / options["size"][0], width / options["size"][1]]
            counts = [options["points"] or math.ceil(b) for b in bins]
            for i in range(options["size"][0]):
                for j in range(options["size"][1]):
                    total = torch.zeros(x.shape[-1], dtype=x.dtype)
                    for a in range(counts[0]):
                        for b in range(counts[1]):
                            place = [top + (i + (a + 0.5) / counts[0]) * bins[0],
                                     left + (j + (b + 0.5) / counts[1]) * bins[1]]
                            if all(-1 <= p <= size for p, size in zip(place, (h, w))):
                                place = [min(max(p, 0), size - 1) for p, size in zip(place, (h, w))]
                                total = total + bilinear(x[int(box[0])], *torch.tensor(place, dtype=x.dtype))
                    results.append(total / (counts[0] * counts[1]))
        return torch.stack(results).reshape(len(boxes), *options["size"], -1) + 0 * x.sum()

    x = draw.normal(n, h, w, draw.one(1, 3))
    return None if align(x) is None else (options, [x], align)


def deformable_convolution(draw):
    options, (inputs, outputs) = configurations.window(draw, 2)
    size, groups, parts = draw.each(2, 3, 4), options["groups"], draw.one(1, 2)
    inputs *= parts
    if not configurations.fits(options, size):
        return None
    counts = [(n + b + a - e) // s + 1 for n, b, a, e, s in zip(
        size, options["before"], options["after"], extent(options["kernel"], options["dilation"]), options["stride"])]
    if counts[0] * counts[1] > 9:
        return None
    taps, channels, n = options["kernel"][0] * options["kernel"][1], groups * inputs, draw.one(1, 2)
    operands = [draw.normal(n, *size, channels), draw.normal(*options["kernel"], inputs, groups * outputs),
                draw.uniform(-1.5, 1.5, n, *counts, parts, taps, 2), draw.normal(n, *counts, parts, taps)]

    def convolve(x, filters, offsets, mask):
        results = []
        for sample in range(n):
            for i in range(counts[0]):
                for j in range(counts[1]):
                    read = []
                    for tap in range(taps):
                        a, b = divmod(tap, options["kernel"][1])
                        row = i * options["stride"][0] - options["before"][0] + a * options["dilation"][0]
                        column = j * options["stride"][1] - options["before"][1] + b * options["dilation"][1]
                        read.append(torch.cat([
                            mask[sample, i, j, g, tap] * bilinear(
                                part, row + offsets[sample, i, j, g, tap, 0], column + offsets[sample, i, j, g, tap, 1])
                            for g, part in enumerate(x[sample].chunk(parts, -1))]))
                    read = torch.stack(read).reshape(taps, groups, inputs)
                    results.append(torch.einsum(
                        "kgi,kigo->go", read, filters.reshape(taps, inputs, groups, outputs)).flatten())
        return torch.stack(results).reshape(n, *counts, -1)

    return options, operands, convolve


OPERATORS = [
    affine_grid, antialiased, antialiased_by_factor, cumulative_product, deformable_convolution, folding,
    local_response_norm, max_unpooling, pixel_shuffle, positions, rms_norm, roi_align, sequence_interpolation, vector_norm,
]


def fixture():
    return configurations.fixture(operators=OPERATORS)


if __name__ == "__main__":
    configurations.main(OPERATORS)
