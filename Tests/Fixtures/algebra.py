"""Linear algebra, Fourier transforms, sums by equation, and indexing at options drawn at random: PyTorch's values and
gradients, in the format of configurations.py and with its options.

Indices are options, not operands. Where signs or the choice of vectors are free, what does not depend on them is told.
"""

import string

import torch

import configurations


def matrices(draw, *sizes):
    return draw.normal(*draw.each(draw.integer(0, 2), 1, 2), *sizes)


def regular(draw, n):
    return 0.4 * matrices(draw, n, n) + 2 * torch.eye(n, dtype=torch.float64)


def spread(draw, m, n):
    """Singular values that lie apart, as do the eigenvalues of the symmetric part."""
    return 0.1 * matrices(draw, m, n) + torch.diag(torch.arange(1.0, max(m, n) + 1).double())[:m, :n]


def joined(*parts):
    return torch.cat([part.flatten() for part in parts])


def solve(draw):
    n = draw.integer(1, 5)

    def function(a, b):
        # Stretched here, or PyTorch takes some right-hand sides for a batch of vectors.
        batch = torch.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        return torch.linalg.solve(a, b.expand(*batch, *b.shape[-2:]))
    return {}, [regular(draw, n), matrices(draw, n, draw.integer(1, 3))], function


def inverse(draw):
    return {}, [regular(draw, draw.integer(1, 5))], torch.linalg.inv


def determinant(draw):
    n = draw.integer(1, 5)
    return {}, [matrices(draw, n, n)], torch.linalg.det


def triangular_solve(draw):
    n = draw.integer(1, 5)
    options = {"upper": draw.flag(), "unit": draw.flag()}
    return options, [regular(draw, n), matrices(draw, n, 2)], lambda a, b: torch.linalg.solve_triangular(
        a, b, upper=options["upper"], unitriangular=options["unit"])


def cholesky(draw):
    n = draw.integer(1, 5)
    return {}, [matrices(draw, n, n + 2)], lambda x: torch.linalg.cholesky(x @ x.mT + torch.eye(n))


def symmetric_eigen(draw):
    n = draw.integer(1, 5)

    def function(x):
        values, vectors = torch.linalg.eigh(x + x.mT)
        return joined(values, vectors @ torch.diag_embed(values.sin()) @ vectors.mT)
    return {}, [spread(draw, n, n)], function


def svd(draw):
    def function(x):
        u, s, v = torch.linalg.svd(x, full_matrices=False)
        return joined(s, u @ torch.diag_embed(s.sin()) @ v)
    return {}, [spread(draw, draw.integer(1, 5), draw.integer(1, 5))], function


def qr(draw):
    def function(x):
        q, r = torch.linalg.qr(x)
        return joined(q @ q.mT, r.abs())
    return {}, [spread(draw, draw.integer(1, 5), draw.integer(1, 5))], function


def complex_pairs(x):
    return torch.view_as_complex(x.contiguous())


def axes_of(draw, rank):
    return draw.random.sample(range(rank), draw.integer(1, rank))


def fft(draw):
    sizes = [draw.integer(1, 12) for _ in range(draw.integer(1, 3))]
    axes, backward = axes_of(draw, len(sizes)), draw.flag()
    function = torch.fft.ifftn if backward else torch.fft.fftn
    return {"axes": axes, "inverse": backward}, [draw.normal(*sizes, 2)], lambda x: torch.view_as_real(
        function(complex_pairs(x), dim=axes))


def fft_long(draw):
    n = draw.one(1, 31, 37, 64, 74, 97, 101, 120, 127, 128, 210)
    return {"axes": [0], "inverse": False}, [draw.normal(n, 2)], lambda x: torch.view_as_real(
        torch.fft.fft(complex_pairs(x)))


def real_fft(draw):
    sizes = [draw.integer(1, 9) for _ in range(draw.integer(1, 3))]
    axes = axes_of(draw, len(sizes))
    return {"axes": axes}, [draw.normal(*sizes)], lambda x: torch.view_as_real(torch.fft.rfftn(x, dim=axes))


def inverse_real_fft(draw):
    sizes = [draw.integer(1, 9) for _ in range(draw.integer(1, 3))]
    axes = axes_of(draw, len(sizes))
    half = sizes.copy()
    half[axes[-1]] = sizes[axes[-1]] // 2 + 1
    return {"axes": axes, "length": sizes[axes[-1]]}, [draw.normal(*half, 2)], lambda x: torch.fft.irfftn(
        complex_pairs(x), s=[sizes[axis] for axis in axes], dim=axes)


def einsum(draw):
    equation = draw.one(
        "ij,jk->ik", "ij,jk", "bij,bkj->bik", "bij,bjk,bkl->bil", "ii->i", "ii", "iij->j", "i,j->ij", "ij->", "ij->ji",
        "...ij,...jk->...ik", "...c,c->...", "abc,cd,db->a", "ijk,jil,kl->ij", "aabb->ab", "ab,ab->ba", "a,ab,b->",
        "bthw,bchw->btc", "...->...", "i...,i...->...i")
    sizes = {letter: draw.integer(1, 4) for letter in string.ascii_lowercase}
    hidden = draw.each(draw.integer(0, 2), 1, 2, 3)
    operands = []
    for term in equation.split("->")[0].split(","):
        front, dots, back = term.partition("...")
        shape = [sizes[c] for c in front] + (hidden if dots else []) + [sizes[c] for c in back]
        operands.append(draw.normal(1, *shape)[0])
    return {"equation": equation}, operands, lambda *x: torch.einsum(equation, *x)


def shape_and_axis(draw):
    sizes = [draw.integer(1, 5) for _ in range(draw.integer(1, 4))]
    return sizes, draw.integer(0, len(sizes) - 1)


def drawn_indices(draw, size, shape):
    return torch.tensor([draw.integer(0, size - 1) for _ in range(torch.Size(shape).numel())]).reshape(shape).long()


def listed(indices):
    return {"indices": indices.flatten().tolist(), "index_shape": list(indices.shape)}


def index_select(draw):
    sizes, axis = shape_and_axis(draw)
    indices = drawn_indices(draw, sizes[axis], [draw.integer(0, 6)])
    return listed(indices) | {"axis": axis}, [draw.normal(*sizes)], lambda x: torch.index_select(x, axis, indices)


def smaller(draw, sizes, axis):
    return [draw.integer(1, 6) if i == axis else draw.integer(1, size) for i, size in enumerate(sizes)]


def gather_elements(draw):
    sizes, axis = shape_and_axis(draw)
    indices = drawn_indices(draw, sizes[axis], smaller(draw, sizes, axis))
    return listed(indices) | {"axis": axis}, [draw.normal(*sizes)], lambda x: torch.gather(x, axis, indices)


def scatter_add_elements(draw):
    sizes, axis = shape_and_axis(draw)
    indices = drawn_indices(draw, sizes[axis], smaller(draw, sizes, axis))
    values = draw.normal(*[size + draw.integer(0, 1) for size in indices.shape])
    reached = tuple(slice(0, size) for size in indices.shape)
    return listed(indices) | {"axis": axis}, [draw.normal(*sizes), values], lambda x, v: torch.scatter_add(
        x, axis, indices, v[reached])


def scatter_elements(draw):
    sizes, axis = shape_and_axis(draw)
    shape = [min(a, b) for a, b in zip(smaller(draw, sizes, axis), sizes)]
    # Each index once: what PyTorch does with others is open.
    indices = torch.argsort(draw.normal(*sizes), dim=axis)[tuple(slice(0, size) for size in shape)]
    return listed(indices) | {"axis": axis}, [draw.normal(*sizes), draw.normal(*shape)], lambda x, v: torch.scatter(
        x, axis, indices, v)


def index_add(draw):
    sizes, axis = shape_and_axis(draw)
    indices = drawn_indices(draw, sizes[axis], [draw.integer(0, 6)])
    values = draw.normal(*sizes[:axis], len(indices), *sizes[axis + 1:])
    return listed(indices) | {"axis": axis}, [draw.normal(*sizes), values], lambda x, v: torch.index_add(
        x, axis, indices, v)


def index_copy(draw):
    sizes, axis = shape_and_axis(draw)
    indices = torch.randperm(sizes[axis], generator=draw.generator)[:draw.integer(0, sizes[axis])]
    values = draw.normal(*sizes[:axis], len(indices), *sizes[axis + 1:])
    return listed(indices) | {"axis": axis}, [draw.normal(*sizes), values], lambda x, v: torch.index_copy(
        x, axis, indices, v)


def masked_select(draw):
    sizes, axis = shape_and_axis(draw)
    mask = draw.normal(*sizes[:axis + 1]) > 0
    return {"mask": mask.flatten().int().tolist(), "axis": axis}, [draw.normal(*sizes)], lambda x: x[mask]


def cumulative_sum(draw):
    sizes, axis = shape_and_axis(draw)
    return {"axis": axis}, [draw.normal(*sizes)], lambda x: torch.cumsum(x, axis)


def product(draw):
    sizes, axis = shape_and_axis(draw)
    x = draw.normal(*sizes)
    x[draw.uniform(0, 1, *sizes) < draw.one(0, 0.1, 0.4)] = 0
    return {"axis": axis}, [x], lambda x: torch.prod(x, axis)


def top_k(draw):
    sizes, axis = shape_and_axis(draw)
    options = {"count": draw.integer(0, sizes[axis]), "axis": axis, "largest": draw.flag()}
    return options, [draw.distinct(*sizes)], lambda x: torch.topk(x, options["count"], axis, options["largest"]).values


def sort(draw):
    sizes, axis = shape_and_axis(draw)
    options = {"axis": axis, "descending": draw.flag()}
    return options, [draw.distinct(*sizes)], lambda x: torch.sort(x, axis, options["descending"]).values


def roll(draw):
    sizes, axis = shape_and_axis(draw)
    shift = draw.integer(-7, 7)
    return {"axis": axis, "shift": shift}, [draw.normal(*sizes)], lambda x: torch.roll(x, shift, axis)


def repeat(draw):
    sizes, axis = shape_and_axis(draw)
    count = draw.integer(0, 3)
    return {"axis": axis, "count": count}, [draw.normal(*sizes)], lambda x: torch.repeat_interleave(x, count, axis)


def tile(draw):
    sizes, _ = shape_and_axis(draw)
    counts = draw.each(len(sizes), 0, 1, 2, 3)
    return {"counts": counts}, [draw.normal(*sizes)], lambda x: x.repeat(counts)


def diagonal(draw):
    sizes, _ = shape_and_axis(draw)
    if len(sizes) < 2:
        return None
    axes, offset = draw.random.sample(range(len(sizes)), 2), draw.integer(-3, 3)
    return {"axes": axes, "offset": offset}, [draw.normal(*sizes)], lambda x: torch.diagonal(x, offset, *axes)


def triangle(draw):
    upper, diagonal = draw.flag(), draw.integer(-3, 3)
    x = matrices(draw, draw.integer(0, 4), draw.integer(0, 4))
    return {"upper": upper, "diagonal": diagonal}, [x], lambda x: (torch.triu if upper else torch.tril)(x, diagonal)


def log_sum_exp(draw):
    sizes, _ = shape_and_axis(draw)
    axes, kept = axes_of(draw, len(sizes)), draw.flag()
    return {"axes": axes, "kept": kept}, [3 * draw.normal(*sizes)], lambda x: torch.logsumexp(x, axes, kept)


def remainder(draw):
    a, b = 3 * draw.normal(draw.integer(1, 4), 1), draw.uniform(0.5, 2, draw.integer(1, 4)) * draw.one(1, -1)
    return {}, [a, b], torch.remainder


def arctangent_of_two(draw):
    return {}, [draw.normal(draw.integer(1, 4), 1), draw.normal(draw.integer(1, 4))], torch.atan2


def function(draw):
    name, low, high = draw.one(
        ("tan", -1.4, 1.4), ("asin", -0.95, 0.95), ("acos", -0.95, 0.95), ("atan", -4, 4), ("sinh", -3, 3),
        ("cosh", -3, 3), ("asinh", -4, 4), ("acosh", 1.1, 4), ("atanh", -0.95, 0.95))
    return {"function": name}, [draw.uniform(low, high, draw.integer(1, 9))], getattr(torch, name)


OPERATORS = [
    solve, inverse, determinant, triangular_solve, cholesky, symmetric_eigen, svd, qr, fft, fft_long, real_fft,
    inverse_real_fft, einsum, index_select, gather_elements, scatter_add_elements, scatter_elements, index_add,
    index_copy, masked_select, cumulative_sum, product, top_k, sort, roll, repeat, tile, diagonal, triangle, log_sum_exp,
    remainder, arctangent_of_two, function]


def fixture():
    return configurations.fixture(seed=3, operators=OPERATORS)


if __name__ == "__main__":
    configurations.main(OPERATORS)
