"""Operators at options drawn at random: PyTorch's values and gradients, in the Swift side's layouts.

    python3 Tests/Fixtures/configurations.py FILE [--count N] [--seed S] [--operators NAME,…] [--second-order]

writes N configurations of each operator, to be tried with `SFVIDEO_CONFIGURATIONS=FILE swift test --filter
ConfigurationTests`; make_fixtures.py keeps a few of each.

Tensors are float64 and channels last: images `[N, H, W, C]`, volumes `[N, T, H, W, C]`, filters `[k…, C / groups, O]`.
The metadata entry `cases` is a JSON list of objects: `name`, `operator`, `operands` (their number), `options`.
Case `c` has the tensors `c.0`, `c.1`, … (its operands), `c.output`, `c.cotangent` and, for each operand, `c.gradient.0`, ….
With `--second-order` and where PyTorch knows them it also has, of Σ gradient · weight, the gradients by the operands,
`c.second.0`, …, and by the cotangent, `c.second.cotangent`, and the weights, `c.weight.0`, ….
"""

import argparse
import random

import torch
from torch.nn import functional as F

from safetensors_file import save


def first(x):
    """Channels last to channels first."""
    return x.movedim(-1, 1).contiguous()


def last(x):
    return x.movedim(1, -1)


def filter_first(w):
    """`[k…, I, O]` to `[O, I, k…]`."""
    return w.movedim((-1, -2), (0, 1)).contiguous()


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
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def uniform(self, low, high, *shape):
        return low + (high - low) * torch.rand(shape, generator=self.generator, dtype=torch.float64)

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


def extent(kernel, dilation):
    return [(k - 1) * d + 1 for k, d in zip(kernel, dilation)]


def flat_padding(before, after):
    """In the order of torch's pad: the last axis first."""
    return [p for pair in reversed(list(zip(before, after))) for p in pair]


def window(draw, axes):
    """The options of a convolution, and its groups' channels."""
    options = {"axes": axes, "kernel": draw.each(axes, 1, 2, 3, 3, 4 if axes < 3 else 2),
               "stride": draw.each(axes, 1, 1, 2, 3), "dilation": draw.each(axes, 1, 1, 2),
               "before": draw.each(axes, 0, 0, 1, 2), "groups": draw.one(1, 1, 2, 3)}
    options["after"] = options["before"] if draw.flag() else draw.each(axes, 0, 1, 3)
    return options, (1, 1) if draw.flag(0.2) else (draw.one(1, 2, 3), draw.one(1, 2, 5))


def fits(options, size):
    return all(n + b + a >= e for n, b, a, e in zip(
        size, options["before"], options["after"], extent(options["kernel"], options["dilation"])))


CONVOLUTION = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def convolve(x, w, options, bias=None):
    return last(CONVOLUTION[options["axes"]](
        F.pad(first(x), flat_padding(options["before"], options["after"])), filter_first(w), bias,
        options["stride"], 0, options["dilation"], options["groups"]))


def convolution(draw):
    axes = draw.one(1, 2, 2, 2, 3)
    options, (inputs, outputs) = window(draw, axes)
    size = draw.each(axes, *((1, 3, 5) if axes == 3 else (1, 2, 5, 8)))
    if not fits(options, size):
        return None
    groups = options["groups"]
    operands = [draw.normal(draw.one(1, 1, 2), *size, groups * inputs),
                draw.normal(*options["kernel"], inputs, groups * outputs)]
    if draw.flag():
        operands.append(draw.normal(groups * outputs))
    return options, operands, lambda x, w, b=None: convolve(x, w, options, b)


def transposed_convolution(draw):
    axes = draw.one(1, 2, 2, 3)
    options, (inputs, outputs) = window(draw, axes)
    groups, size = options["groups"], draw.each(axes, 1, 2, 3, 4 if axes < 3 else 2)
    options["output_padding"] = [draw.integer(0, max(s, d) - 1) if draw.flag(0.3) else 0
                                 for s, d in zip(options["stride"], options["dilation"])]
    full = [(n - 1) * s + e + o for n, s, e, o in zip(
        size, options["stride"], extent(options["kernel"], options["dilation"]), options["output_padding"])]
    cut = [slice(None)] * 2 + [slice(b, f - a) for f, b, a in zip(full, options["before"], options["after"])]
    if any(f - b - a <= 0 for f, b, a in zip(full, options["before"], options["after"])):
        return None
    operands = [draw.normal(draw.one(1, 2), *size, groups * inputs),
                draw.normal(*options["kernel"], outputs, groups * inputs)]
    if draw.flag():
        operands.append(draw.normal(groups * outputs))
    return options, operands, lambda x, w, b=None: last(TRANSPOSED[axes](
        first(x), filter_first(w), b, options["stride"], 0, options["output_padding"], groups,
        options["dilation"])[tuple(cut)])


def per_sample(x, w, options):
    """Each sample with a filter of its own."""
    return torch.cat([convolve(x[i : i + 1], w[i], options) for i in range(len(x))])


def sample_convolution(draw):
    axes = draw.one(2, 2, 3)
    options, (inputs, outputs) = window(draw, axes)
    size, batch, groups = draw.each(axes, 1, 3, 5), draw.one(1, 2, 3), options["groups"]
    if not fits(options, size):
        return None
    operands = [draw.normal(batch, *size, groups * inputs),
                draw.normal(batch, *options["kernel"], inputs, groups * outputs)]
    return options, operands, lambda x, w: per_sample(x, w, options)


def sample_transposes(draw):
    """Σ r · (x ∗ w), whose derivatives by x and w are the data and the filter transpose."""
    drawn = sample_convolution(draw)
    if drawn is None:
        return None
    options, (x, w), _ = drawn
    options["of"] = draw.one("data", "filter")
    options["size"] = list(x.shape[1:-1])
    options["output_padding"] = [
        (n + b + a - e) % s for n, b, a, e, s in zip(
            options["size"], options["before"], options["after"], extent(options["kernel"], options["dilation"]),
            options["stride"])]
    y = per_sample(x, w, options)
    residual = draw.normal(*y.shape)

    def transpose(residual, other):
        pair = [torch.zeros_like(x).requires_grad_(), other] if options["of"] == "data" else [
            other, torch.zeros_like(w).requires_grad_()]
        return torch.autograd.grad(
            per_sample(*pair, options), pair[0 if options["of"] == "data" else 1], residual, create_graph=True)[0]

    return options, [residual, w if options["of"] == "data" else x], transpose


def correlation(draw):
    """A template slid over each sample, as Siamese trackers do."""
    options = {"depthwise": draw.flag()}
    batch, template, channels = draw.one(1, 2, 3), draw.each(2, 1, 2, 4), draw.one(1, 3, 6)
    x = draw.normal(batch, *[n + draw.one(0, 1, 3) for n in template], channels)
    z = draw.normal(batch if draw.flag(0.7) else 1, *template, channels)

    def correlate(x, z):
        z = z.expand(batch, *z.shape[1:])
        if options["depthwise"]:
            return per_sample(x, z.unsqueeze(-2), {"axes": 2, "before": [0, 0], "after": [0, 0], "stride": 1,
                                                   "dilation": 1, "groups": channels})
        return per_sample(x, z.unsqueeze(-1), {"axes": 2, "before": [0, 0], "after": [0, 0], "stride": 1,
                                               "dilation": 1, "groups": 1})

    return options, [x, z], correlate


def pooling(draw):
    axes = draw.one(1, 2, 2, 3)
    kind = draw.one("max", "average")
    kernel = draw.each(axes, 1, 2, 3)
    options = {"axes": axes, "kind": kind, "kernel": kernel, "stride": draw.each(axes, 1, 2, 3),
               "padding": [draw.integer(0, k // 2) for k in kernel], "ceiling": draw.flag(),
               "dilation": draw.each(axes, 1, 1, 2) if kind == "max" else [1] * axes,
               "count_padding": draw.flag()}
    size = draw.each(axes, 2, 5, 6) if axes == 3 else draw.each(axes, 1, 4, 7, 8)
    # PyTorch writes out of bounds where a dilated window reads nothing but padding.
    if max(options["dilation"]) > 1 and (options["ceiling"] or max(options["padding"]) > 0):
        return None
    if any(n + (0 if axes == 3 else 2 * p) < e for n, p, e in zip(
            size, options["padding"], extent(kernel, options["dilation"]))):
        return None
    apply = getattr(F, f"{'max' if kind == 'max' else 'avg'}_pool{axes}d")
    rest = [options["dilation"], options["ceiling"]] if kind == "max" else [
        options["ceiling"], options["count_padding"]]
    return options, [draw.distinct(draw.one(1, 2), *size, draw.one(1, 2, 5))], lambda x: last(apply(
        first(x), kernel, options["stride"], options["padding"], *rest))


def adaptive_pooling(draw):
    axes = draw.one(2, 2, 3)
    options = {"kind": draw.one("max", "average"), "size": draw.each(axes, 1, 2, 3, 5)}
    apply = getattr(F, f"adaptive_{'max' if options['kind'] == 'max' else 'avg'}_pool{axes}d")
    x = draw.distinct(draw.one(1, 2), *draw.each(axes, 1, 2, 4, 5, 7), draw.one(1, 3))
    return options, [x], lambda x: last(apply(first(x), options["size"]))


def normalization(draw):
    kind = draw.one("batch", "evaluation", "group", "instance", "layer")
    options = {"kind": kind, "epsilon": draw.one(1e-5, 1e-3, 0.1), "groups": draw.one(1, 2, 3)}
    channels = options["groups"] * draw.one(1, 2, 4)
    x = draw.normal(draw.one(1, 2, 3), *draw.each(draw.one(1, 2, 3), 2, 3, 4), channels) * 2 + 1
    trailing = list(x.shape[-draw.one(1, 2):]) if kind == "layer" else [channels]
    mean, variance = draw.normal(channels), draw.uniform(0.5, 2, channels)
    operands = [x, draw.normal(*trailing), draw.normal(*trailing)]
    epsilon = options["epsilon"]
    functions = {
        "batch": lambda x, w, b: last(F.batch_norm(first(x), None, None, w, b, True, 0.1, epsilon)),
        "evaluation": lambda x, w, b, m, v: last(F.batch_norm(
            first(x), m.detach(), v.detach(), w, b, False, 0.1, epsilon)),
        "group": lambda x, w, b: last(F.group_norm(first(x), options["groups"], w, b, epsilon)),
        # As instance norm, whose gradient PyTorch 2.13 gets wrong for a batch of one and strided cotangents.
        "instance": lambda x, w, b: last(F.group_norm(first(x), channels, w, b, epsilon)),
        "layer": lambda x, w, b: F.layer_norm(x, trailing, w, b, epsilon),
    }
    if kind == "evaluation":
        operands += [mean, variance]
    return options, operands, functions[kind]


def instance_l2_norm(draw):
    options = {"scale": draw.one(1.0, 0.25), "epsilon": draw.one(1e-5, 0.1)}
    x = draw.normal(draw.one(1, 2), *draw.each(2, 1, 3, 4), draw.one(1, 5))
    count = x[0].numel()
    return options, [x], lambda x: x * (options["scale"] * (
        count / ((x * x).sum((1, 2, 3), keepdim=True) + options["epsilon"])).sqrt())


def interpolation(draw):
    axes = draw.one(2, 2, 2, 3)
    mode = draw.one("nearest", "nearest-exact", "linear", *(["bicubic"] * 2 if axes == 2 else []))
    options = {"interpolation": {"bicubic": "cubic", "nearest-exact": "nearestExact"}.get(mode, mode)}
    size = draw.each(axes, 1, 2, 3, 5, 7)
    options["align_corners"] = draw.flag() if mode in ("linear", "bicubic") else False
    arguments = {"mode": {"linear": {2: "bilinear", 3: "trilinear"}[axes]}.get(mode, mode)}
    if mode in ("linear", "bicubic"):
        arguments["align_corners"] = options["align_corners"]
    if draw.flag(0.3):
        arguments["scale_factor"] = options["scale"] = [draw.one(0.5, 1.0, 1.5, 2.0, 2.7, 3.0) for _ in range(axes)]
        if any(int(n * f) < 1 for n, f in zip(size, options["scale"])):
            return None
    else:
        arguments["size"] = options["size"] = draw.each(axes, 1, 2, 3, 4, 6, 9)
    x = draw.normal(draw.one(1, 2), *size, draw.one(1, 2, 3, 17))
    return options, [x], lambda x: last(F.interpolate(first(x), **arguments))


def padding(draw):
    axes = draw.one(1, 2, 3)
    mode = draw.one("constant", "replicate", "reflect", "circular")
    size = draw.each(axes, 2, 3, 5)
    most = {"reflect": lambda n: n - 1, "circular": lambda n: n}.get(mode, lambda n: 3)
    before, after = ([draw.integer(0, min(3, most(n))) for n in size] for _ in range(2))
    if mode in ("constant", "replicate") and draw.flag(0.2):
        before[0] = -1
    if any(n + b + a <= 0 for n, b, a in zip(size, before, after)):
        return None
    options = {"mode": mode, "before": before, "after": after, "value": draw.one(0.0, 1.5) if mode == "constant" else 0.0}
    return options, [draw.normal(draw.one(1, 2), *size, draw.one(1, 3))], lambda x: last(F.pad(
        first(x), flat_padding(before, after), mode, options["value"] if mode == "constant" else None))


ACTIVATIONS = {
    "relu": F.relu, "relu6": F.relu6, "leaky_relu": lambda x: F.leaky_relu(x, 0.2),
    "leaky_relu_negative": lambda x: F.leaky_relu(x, -0.3), "elu": lambda x: F.elu(x, 0.7),
    # F.celu's gradient holds 1 / alpha in float32.
    "celu": lambda x: torch.where(x > 0, x, 0.3 * torch.expm1(x / 0.3)),
    "selu": F.selu, "mlu": lambda x: F.elu(F.leaky_relu(x, 1 / 0.05), 0.05), "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish,
    "softplus": F.softplus, "softplus_beta": lambda x: F.softplus(x, 2.5), "softsign": F.softsign,
    "hard_sigmoid": lambda x: F.relu6(x + 3) / 6, "hard_swish": F.hardswish, "sigmoid": torch.sigmoid, "log_sigmoid": F.logsigmoid, "tanh": torch.tanh, "erf": torch.erf,
    "abs": torch.abs, "sign": torch.sign, "exp": torch.exp, "expm1": torch.expm1, "sin": torch.sin, "cos": torch.cos,
    "floor": torch.floor, "round": torch.round, "clamp": lambda x: x.clamp(-1, 1.5),
    "log": lambda x: (x.abs() + 0.1).log(), "sqrt": lambda x: (x.abs() + 0.1).sqrt(),
    "rsqrt": lambda x: (x.abs() + 0.1).rsqrt(), "reciprocal": lambda x: (x.abs() + 0.1).reciprocal(),
    "pow": lambda x: (x.abs() + 0.1).pow(1.7), "cube": lambda x: x.pow(3), "log1p": lambda x: x.abs().log1p(),
}


def activation(draw):
    options = {"name": draw.one(*ACTIVATIONS)}
    shape = draw.each(draw.one(0, 1, 2, 3), 1, 3, 7)
    return options, [draw.one(1, 4) * draw.normal(*shape)], ACTIVATIONS[options["name"]]


def prelu(draw):
    channels = draw.one(1, 2, 5)
    x = draw.normal(draw.one(1, 3), *draw.each(draw.one(0, 1, 2), 1, 2, 4), channels)
    return {}, [x, draw.uniform(-0.5, 1, draw.one(1, channels))], lambda x, a: last(F.prelu(first(x), a)) if x.dim() > 2 else F.prelu(x, a)


def softmax(draw):
    options = {"log": draw.flag(), "axis": draw.integer(-3, 2)}
    apply = F.log_softmax if options["log"] else F.softmax
    return options, [draw.one(1, 30) * draw.normal(*draw.each(3, 1, 2, 5))], lambda x: apply(x, options["axis"])


PAIRS = {
    "add": torch.add, "subtract": torch.sub, "multiply": torch.mul, "divide": lambda a, b: a / (b.abs() + 0.2),
    "minimum": torch.minimum, "maximum": torch.maximum, "power": lambda a, b: (a.abs() + 0.2) ** b,
    "where": lambda a, b: torch.where(torch.tensor(True), a, b),
}


def pair(draw):
    """Two operands whose shapes broadcast; for minimum and maximum with ties."""
    options = {"name": draw.one(*PAIRS)}
    shape = draw.each(draw.one(1, 2, 3, 4), 1, 2, 3, 5)
    stretched = lambda: [1 if draw.flag(0.3) else n for n in shape[draw.integer(0, len(shape)) if draw.flag(0.3) else 0 :]]
    operands = [draw.normal(*stretched()), draw.normal(*stretched())]
    if draw.flag(0.5) and options["name"] != "power":
        operands = [(2 * x).round() / 2 for x in operands]
    return options, operands, PAIRS[options["name"]]


REDUCTIONS = {
    "sum": torch.sum, "mean": torch.mean, "maximum": torch.amax, "minimum": torch.amin,
    "variance": lambda x, axes, keep: x.var(axes, correction=0, keepdim=keep),
    "unbiased": lambda x, axes, keep: x.var(axes, correction=1, keepdim=keep),
    "norm": lambda x, axes, keep: torch.linalg.vector_norm(x, 2, axes, keep),
    "absolute_norm": lambda x, axes, keep: torch.linalg.vector_norm(x, 1, axes, keep),
    "log_sum_exp": torch.logsumexp,
    "product": lambda x, axes, keep: x.prod(axes[0], keep), "cumulative_sum": lambda x, axes, keep: x.cumsum(axes[0]),
}


def reduction(draw):
    name, rank = draw.one(*REDUCTIONS), draw.one(1, 2, 3, 4)
    axes = sorted(draw.random.sample(range(rank), draw.integer(1, rank)))
    if name in ("product", "cumulative_sum"):
        axes = axes[:1]
    shape = draw.each(rank, 1, 2, 3, 6)
    if name == "unbiased" and torch.Size(shape[a] for a in axes).numel() < 2:
        return None
    options = {"name": name, "axes": axes, "keeping": draw.flag()}
    x = draw.normal(*shape)
    if name in ("maximum", "minimum") and draw.flag():
        x = x.round()
    if name == "product" and draw.flag(0.4):
        x = torch.where(x.abs() < 0.5, 0, x)
    return options, [x], lambda x: REDUCTIONS[name](x, axes, options["keeping"])


def matrix_product(draw):
    m, n, k = draw.each(3, 1, 2, 5)
    batch = draw.each(draw.one(0, 1, 2), 1, 2, 3)
    stretched = lambda: [1 if draw.flag(0.3) else n for n in batch][draw.integer(0, len(batch)) if draw.flag(0.3) else 0 :]
    options = {"transposed": draw.flag(), "other_transposed": draw.flag()}
    a = draw.normal(*stretched(), *((k, m) if options["transposed"] else (m, k)))
    b = draw.normal(*stretched(), *((n, k) if options["other_transposed"] else (k, n)))
    return options, [a, b], lambda a, b: torch.matmul(
        a.mT if options["transposed"] else a, b.mT if options["other_transposed"] else b)


OPERATORS = [
    activation, adaptive_pooling, convolution, correlation, grid_sample, instance_l2_norm, interpolation, matrix_product,
    normalization, padding, pair, pooling, prelu, reduction, sample_convolution, sample_transposes, softmax,
    transposed_convolution,
]


def second_order(name, function, operands, cotangent, seed):
    """The gradients of a sum over the operands' gradients."""
    generator = torch.Generator().manual_seed(seed + 1)
    operands, cotangent = [x.detach().clone().requires_grad_() for x in operands], cotangent.clone().requires_grad_()
    try:
        gradients = torch.autograd.grad(function(*operands), operands, cotangent, create_graph=True, allow_unused=True)
        weights = [torch.randn(x.shape, generator=generator).double() for x in operands]
        total = sum((w * g).sum() for w, g in zip(weights, gradients) if g is not None)
        # Where all gradients are constants there is nothing to differentiate.
        inputs = [*operands, cotangent]
        found = torch.autograd.grad(total, inputs, allow_unused=True) if getattr(
            total, "requires_grad", False) else [None] * len(inputs)
    except RuntimeError as error:
        if not any(known in str(error) for known in (
                "not implemented", "not differentiable", "grad_weight needs to be contiguous")):
            raise
        return {}
    names = [str(i) for i in range(len(operands))] + ["cotangent"]
    return {f"{name}.weight.{i}": w for i, w in enumerate(weights)} | {
        f"{name}.second.{key}": torch.zeros_like(x) + (0 if g is None else g)
        for key, x, g in zip(names, [*operands, cotangent], found)}


def fixture(count=4, seed=1, operators=OPERATORS, twice=False):
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
            if twice:
                tensors |= second_order(name, function, operands, cotangent, attempt)
            found += 1
    return tensors, {"cases": cases}


def main(operators):
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--operators")
    parser.add_argument("--second-order", action="store_true")
    arguments = parser.parse_args()
    wanted = arguments.operators and arguments.operators.split(",")
    chosen = [operator for operator in operators if not wanted or operator.__name__ in wanted]
    save(arguments.file, *fixture(arguments.count, arguments.seed, chosen, arguments.second_order))


if __name__ == "__main__":
    main(OPERATORS)
