"""Operators at options drawn at random: PyTorch's values and gradients, in the Swift side's layouts.

    python3 Tests/Fixtures/configurations.py FILE [--count N] [--seed S] [--operators NAME,…]

writes N configurations of each operator, to be tried with `SFVIDEO_CONFIGURATIONS=FILE swift test --filter
ConfigurationTests`; make_fixtures.py keeps a few of each.

Tensors are float64 and channels last: images `[N, H, W, C]`, volumes `[N, T, H, W, C]`, filters `[k…, C / groups, O]`.
The metadata entry `cases` is a JSON list of objects: `name`, `operator`, `operands` (their number), `options`.
Case `c` has the tensors `c.0`, `c.1`, … (its operands), `c.output`, `c.cotangent` and, for each operand, `c.gradient.0`, ….
"""

import argparse
import random

import torch
from torch.nn import functional as F

from safetensors_file import save


def first(x):
    """Channels last to channels first."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def filter_first(w):
    """`[k…, I, O]` to `[O, I, k…]`."""
    return w.movedim((-1, -2), (0, 1))


class Draw:
    """Options and operands, drawn from one seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.generator = torch.Generator().manual_seed(seed)

    def one(self, *choices):
        return self.random.choice(choices)

    def flag(self, probability=0.5):
        return self.random.random() < probability

    def integer(self, low, high):
        return self.random.randint(low, high)

    def each(self, axes, *choices):
        return [self.one(*choices) for _ in range(axes)]

    def normal(self, *shape):
        return torch.randn(*shape, generator=self.generator, dtype=torch.float64)

    def uniform(self, low, high, *shape):
        return low + (high - low) * torch.rand(*shape, generator=self.generator, dtype=torch.float64)

    def distinct(self, *shape):
        count = torch.Size(shape).numel()
        return (torch.randperm(count, generator=self.generator) * 0.1 - 0.05 * count).double().reshape(shape)


# Each operator: its options, its operands, and the function of the operands; or None where the draw doesn't fit.


def grid_sample(draw):
    axes = draw.one(2, 2, 3)
    mode = draw.one("nearest", "bilinear", *(["bicubic"] if axes == 2 else []))
    options = {"interpolation": {"bilinear": "linear", "bicubic": "cubic"}.get(mode, mode),
               "padding": draw.one("zeros", "border", "reflection"), "align_corners": draw.flag()}
    batch, reach = draw.one(1, 2), draw.one(1, 1.3, 3)
    x = draw.normal(batch, *draw.each(axes, 1, 2, 3, 5), draw.one(1, 2, 3, 9))
    grid = draw.uniform(-reach, reach, batch, *draw.each(axes, 1, 2, 4), axes)
    return options, [x, grid], lambda x, grid: last(F.grid_sample(
        first(x), grid, mode, options["padding"], options["align_corners"]))


OPERATORS = [grid_sample]


def fixture(count=4, seed=1, operators=OPERATORS):
    tensors, cases = {}, []
    for operator in operators:
        found, attempt = 0, seed * 100_000
        while found < count:
            attempt += 1
            drawn = operator(Draw(attempt))
            if drawn is None:
                continue
            options, operands, function = drawn
            operands = [x.clone().requires_grad_() for x in operands]
            output = function(*operands)
            cotangent = torch.randn(output.shape, generator=torch.Generator().manual_seed(attempt)).double()
            gradients = torch.autograd.grad(output, operands, cotangent, allow_unused=True)
            name = f"{operator.__name__}.{found}"
            cases.append({"name": name, "operator": operator.__name__, "operands": len(operands), "options": options})
            tensors |= {f"{name}.{i}": x for i, x in enumerate(operands)}
            tensors |= {f"{name}.output": output, f"{name}.cotangent": cotangent}
            tensors |= {f"{name}.gradient.{i}": torch.zeros_like(x) if g is None else g
                        for i, (x, g) in enumerate(zip(operands, gradients))}
            found += 1
    return tensors, {"cases": cases}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--operators")
    arguments = parser.parse_args()
    wanted = arguments.operators and arguments.operators.split(",")
    chosen = [operator for operator in OPERATORS if not wanted or operator.__name__ in wanted]
    save(arguments.file, *fixture(arguments.count, arguments.seed, chosen))
