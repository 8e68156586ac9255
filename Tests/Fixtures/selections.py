"""Vectors and distances, order statistics, and scattering, at options drawn at random: PyTorch's values and gradients.

    python3 Tests/Fixtures/selections.py FILE [--count N] [--seed S] [--operators NAME,…]

The file is one of those of configurations.py, of other operators.
"""

import torch
from torch.nn import functional as F

import configurations
from configurations import first, last


def vectors(draw):
    """Normalised, or the cosines or cross products of two."""
    rank = draw.one(1, 2, 3)
    options = {"name": draw.one("normalized", "cosine", "cross"), "axis": draw.integer(0, rank - 1)}
    shape, axis = draw.each(rank, 1, 2, 4), options["axis"]
    if options["name"] == "cross":
        shape[axis] = 3
        return options, [draw.normal(*shape), draw.normal(*shape)], lambda a, b: torch.linalg.cross(a, b, dim=axis)
    if options["name"] == "cosine":
        other = [1 if i != axis and draw.flag(0.3) else n for i, n in enumerate(shape)]
        return options, [draw.normal(*shape), draw.normal(*other)], lambda a, b: F.cosine_similarity(a, b, dim=axis)
    return options, [draw.normal(*shape)], lambda x: F.normalize(x, dim=axis)


def pairwise_distances(draw):
    batch, c = draw.each(draw.one(0, 1, 2), 1, 3), draw.one(1, 2, 5)
    stretched = [1 if draw.flag(0.3) else n for n in batch]
    a, b = draw.normal(*batch, draw.one(1, 4), c), draw.normal(*stretched, draw.one(1, 3), c)
    return {}, [a, b], lambda a, b: torch.cdist(a, b)


def quantile(draw):
    rank = draw.one(1, 2, 3)
    options = {"q": draw.one(0.0, 0.25, 0.5, 0.9, 1.0), "axis": draw.integer(0, rank - 1), "keeping": draw.flag()}
    return options, [draw.distinct(*draw.each(rank, 1, 2, 5))], lambda x: torch.quantile(
        x, options["q"], options["axis"], options["keeping"])


def cumulative_extreme(draw):
    rank = draw.one(1, 2, 3)
    options = {"axis": draw.integer(0, rank - 1), "largest": draw.flag()}
    function = torch.cummax if options["largest"] else torch.cummin
    return options, [draw.distinct(*draw.each(rank, 1, 3, 8))], lambda x: function(x, options["axis"]).values


def scatter_combined(draw):
    """Into the first places of an axis, elements or slices."""
    rank = draw.one(1, 2, 3)
    axis, kind = draw.integer(0, rank - 1), draw.one("mean", "amax", "amin")
    shape = draw.each(rank, 1, 2, 4)
    source = list(shape)
    source[axis] = draw.one(1, 3, 6)
    slices = draw.flag()
    indices = torch.randint(0, shape[axis], [source[axis]] if slices else source, generator=draw.generator)
    options = {"axis": axis, "slices": slices, "indices": indices.flatten().tolist(), "index_shape": list(indices.shape),
               "combination": {"mean": "mean", "amax": "maximum", "amin": "minimum"}[kind]}
    if slices:
        return options, [draw.normal(*shape), draw.distinct(*source)], lambda x, v: x.index_reduce(
            axis, indices, v, kind, include_self=False)
    return options, [draw.normal(*shape), draw.distinct(*source)], lambda x, v: x.scatter_reduce(
        axis, indices, v, kind, include_self=False)


def pooled_places(draw):
    """Volumes pooled and put back; and the places as numbers."""
    options = {"kernel": draw.each(3, 1, 2, 3), "stride": draw.each(3, 1, 2), "size": draw.each(3, 3, 4)}
    x = draw.distinct(draw.one(1, 2), *options["size"], draw.one(1, 3))

    def pool(x):
        values, indices = F.max_pool3d(first(x), options["kernel"], options["stride"], return_indices=True)
        flat = torch.zeros(*values.shape[:2], torch.Size(options["size"]).numel(), dtype=x.dtype)
        # Of equal places the values are equal, and the last counts.
        back = flat.scatter(2, indices.flatten(2), values.flatten(2)).unflatten(2, options["size"])
        return torch.cat([last(back).flatten().detach(), last(values).flatten(), last(indices).flatten().double()])

    return options, [x], pool


def position_encoding(draw):
    """Vaswani et al. 2017, section 3.5."""
    options = {"channels": draw.one(2, 4, 10), "base": draw.one(10_000.0, 20.0)}

    def encode(positions):
        result = torch.zeros(*positions.shape, options["channels"], dtype=positions.dtype)
        for i in range(options["channels"] // 2):
            angle = positions / options["base"] ** (2 * i / options["channels"])
            result[..., 2 * i], result[..., 2 * i + 1] = angle.sin(), angle.cos()
        return result

    return options, [draw.uniform(0, 20, *draw.each(draw.one(1, 2), 1, 4))], encode


def sequence_pooling(draw):
    options = {"length": draw.one(1, 2, 5), "kind": draw.one("max", "average")}
    function = F.adaptive_max_pool1d if options["kind"] == "max" else F.adaptive_avg_pool1d
    return options, [draw.distinct(draw.one(1, 2), draw.one(3, 7), draw.one(1, 3))], lambda x: last(
        function(first(x), options["length"]))


OPERATORS = [
    cumulative_extreme, pairwise_distances, pooled_places, position_encoding, quantile, scatter_combined, sequence_pooling,
    vectors,
]


def fixture():
    return configurations.fixture(count=6, operators=OPERATORS)


if __name__ == "__main__":
    configurations.main(OPERATORS)
