"""Convolution, pooling, normalisation and resampling: values and gradients, in the Swift side's layouts.

Tensors are float64 and channels last: images `[N, H, W, C]`, volumes `[N, T, H, W, C]`, filters
`[k…, C / groups, O]`; a transposed convolution's filter, which maps C channels to O, is that of the
convolution it transposes: `[k…, O / groups, C]`.

The metadata entry `cases` is a JSON list of objects: `name`, `operator`, and its options, one number per
spatial axis: `kernel`, `stride`, `padding` ([before, after] per axis), `dilation`, `groups`,
`output_padding`, `size`, `align_corners`, `count_padding`, `training`, `momentum`, `epsilon`.
Case `c` has the tensors `c.input`, `c.output`, `c.cotangent`, `c.gradient.input` and, where it has them,
`c.filter`, `c.bias`, `c.weight` with `c.gradient.…`; batch normalisation also `c.mean`, `c.variance`
(running statistics) and, in training, `c.updated.mean`, `c.updated.variance`.
"""

import torch
from torch.nn import functional as F


def channels_last(x):
    return x.movedim(1, -1)


def filter_last(w):
    """`[O, I, k…]` to `[k…, I, O]`, as for every filter of a state dict."""
    return w.movedim((0, 1), (-1, -2))


LAYOUT = {"input": channels_last, "output": channels_last, "cotangent": channels_last, "filter": filter_last}


class Recorder:
    """Collects the cases: what each was given, what came out, and the gradients."""

    def __init__(self):
        self.tensors, self.cases = {}, []

    def add(self, name, options, operands, function):
        operands = {k: v.double().requires_grad_() for k, v in operands.items() if v is not None}
        output = function(operands)
        cotangent = torch.randn_like(output)
        gradients = torch.autograd.grad(output, list(operands.values()), cotangent)
        self.cases.append({"name": name, "operator": name.split(".")[0], **options})
        values = {**operands, "output": output, "cotangent": cotangent}
        for key, value in values.items():
            self.put(f"{name}.{key}", key, value)
        for key, gradient in zip(operands, gradients):
            self.put(f"{name}.gradient.{key}", key, gradient)

    def put(self, name, role, value):
        self.tensors[name] = LAYOUT.get(role, lambda x: x)(value.detach())


def per_axis(value, axes):
    return [value] * axes if isinstance(value, int) else list(value)


def padding_pairs(padding, axes):
    return [[p, p] if isinstance(p, int) else list(p) for p in per_axis(padding, axes)]


def flat_padding(pairs):
    """In the order of torch's pad: the last axis first."""
    return [p for pair in reversed(pairs) for p in pair]


def convolution(record, name, axes, size, channels, kernel, stride=1, padding=0, dilation=1, groups=1, bias=True):
    inputs, outputs = channels
    pairs = padding_pairs(padding, axes)
    options = {"stride": per_axis(stride, axes), "padding": pairs,
               "dilation": per_axis(dilation, axes), "groups": groups}
    operands = {
        "input": torch.randn(2, inputs, *size),
        "filter": torch.randn(outputs, inputs // groups, *per_axis(kernel, axes)),
        "bias": torch.randn(outputs) if bias else None,
    }
    apply = F.conv2d if axes == 2 else F.conv3d
    record.add(f"conv{axes}d.{name}", options, operands, lambda t: apply(
        F.pad(t["input"], flat_padding(pairs)), t["filter"], t.get("bias"),
        options["stride"], 0, options["dilation"], groups))


def transposed(record, name, axes, size, channels, kernel, stride=1, padding=0, output_padding=0, dilation=1,
               groups=1, bias=True):
    inputs, outputs = channels
    options = {"stride": per_axis(stride, axes), "padding": padding_pairs(padding, axes),
               "output_padding": per_axis(output_padding, axes),
               "dilation": per_axis(dilation, axes), "groups": groups}
    operands = {
        "input": torch.randn(2, inputs, *size),
        "filter": torch.randn(inputs, outputs // groups, *per_axis(kernel, axes)),
        "bias": torch.randn(outputs) if bias else None,
    }
    apply = F.conv_transpose2d if axes == 2 else F.conv_transpose3d
    record.add(f"conv_transpose{axes}d.{name}", options, operands, lambda t: apply(
        t["input"], t["filter"], t.get("bias"), options["stride"], per_axis(padding, axes),
        options["output_padding"], groups, options["dilation"]))


def max_pooling(record, name, size, kernel, stride, padding=0, dilation=1):
    axes = len(size)
    options = {"kernel": per_axis(kernel, axes), "stride": per_axis(stride, axes),
               "padding": padding_pairs(padding, axes), "dilation": per_axis(dilation, axes)}
    apply = F.max_pool2d if axes == 2 else F.max_pool3d
    record.add(f"max_pool{axes}d.{name}", options, {"input": torch.randn(2, 2, *size)}, lambda t: apply(
        t["input"], options["kernel"], options["stride"], per_axis(padding, axes), options["dilation"]))


def average_pooling(record, name, size, kernel, stride, padding=0, count_padding=True):
    axes = len(size)
    options = {"kernel": per_axis(kernel, axes), "stride": per_axis(stride, axes),
               "padding": padding_pairs(padding, axes), "count_padding": count_padding}
    apply = F.avg_pool2d if axes == 2 else F.avg_pool3d
    record.add(f"average_pool{axes}d.{name}", options, {"input": torch.randn(2, 2, *size)}, lambda t: apply(
        t["input"], options["kernel"], options["stride"], per_axis(padding, axes),
        count_include_pad=count_padding))


def batch_norm(record, name, shape, training, affine=True):
    channels = shape[1]
    mean, variance = torch.randn(channels).double(), torch.rand(channels).double() + 0.5
    options = {"training": training, "momentum": 0.1, "epsilon": 1e-5}
    operands = {
        "input": 2 * torch.randn(*shape) + 1,
        "weight": torch.randn(channels) if affine else None,
        "bias": torch.randn(channels) if affine else None,
    }
    updated_mean, updated_variance = mean.clone(), variance.clone()
    name = f"batch_norm.{name}"
    record.add(name, options, operands, lambda t: F.batch_norm(
        t["input"], updated_mean, updated_variance, t.get("weight"), t.get("bias"), training))
    record.tensors |= {f"{name}.mean": mean, f"{name}.variance": variance}
    if training:
        record.tensors |= {f"{name}.updated.mean": updated_mean, f"{name}.updated.variance": updated_variance}


def group_norm(record, name, shape, groups):
    operands = {"input": torch.randn(*shape), "weight": torch.randn(shape[1]), "bias": torch.randn(shape[1])}
    record.add(f"group_norm.{name}", {"groups": groups, "epsilon": 1e-5}, operands, lambda t: F.group_norm(
        t["input"], groups, t["weight"], t["bias"]))


def upsample(record, name, size, to, mode, align_corners=None):
    operator = {"nearest": "nearest", "bilinear": "linear", "trilinear": "linear"}[mode]
    options = {"size": list(to)} | ({} if align_corners is None else {"align_corners": align_corners})
    record.add(f"upsample_{operator}.{name}", options, {"input": torch.randn(2, 2, *size)}, lambda t:
               F.interpolate(t["input"], size=to, mode=mode, align_corners=align_corners))


def fixture():
    record = Recorder()

    image = lambda name, *rest, **options: convolution(record, name, 2, *rest, **options)
    image("same", (6, 5), (2, 3), 3, padding=1)
    image("valid", (6, 5), (3, 2), 3)
    image("without_bias", (5, 6), (2, 3), 3, padding=1, bias=False)
    image("one_channel", (5, 6), (1, 1), 3, padding=1)
    image("pointwise", (5, 5), (3, 2), 1)
    image("pointwise_stride", (5, 6), (2, 3), 1, stride=2)
    image("stride", (7, 6), (2, 3), 3, stride=2, padding=1)
    image("stride_with_remainder", (7, 6), (2, 2), 2, stride=3)
    image("stride_per_axis", (6, 7), (2, 2), 3, stride=(2, 1), padding=1)
    image("dilation", (7, 6), (2, 2), 3, padding=2, dilation=2)
    image("dilation_per_axis", (7, 7), (2, 2), 3, stride=(1, 2), padding=(2, 3), dilation=(2, 3))
    image("groups", (5, 5), (4, 6), 3, padding=1, groups=2)
    image("groups_stride", (6, 5), (4, 2), 3, stride=2, padding=1, groups=2)
    image("depthwise", (5, 6), (3, 3), 3, padding=1, groups=3)
    image("depthwise_multiplier", (5, 5), (2, 4), 3, padding=1, groups=2)
    image("row_kernel", (5, 6), (2, 3), (1, 5), padding=(0, 2))
    image("rectangular_kernel", (6, 6), (2, 2), (3, 2), padding=(1, 0))
    image("asymmetric_padding", (5, 6), (2, 2), 3, padding=((0, 1), (2, 1)))
    image("asymmetric_padding_stride", (6, 6), (2, 2), 3, stride=2, padding=((0, 1), (0, 1)))
    image("even_kernel", (6, 5), (2, 3), 4, padding=((1, 2), (1, 2)))
    image("kernel_past_the_image", (3, 2), (2, 2), 5, padding=2)

    volume = lambda name, *rest, **options: convolution(record, name, 3, *rest, **options)
    volume("same", (3, 4, 5), (2, 2), 3, padding=1)
    volume("valid", (4, 4, 5), (2, 3), (2, 3, 3))
    volume("without_bias", (3, 4, 4), (2, 2), 3, padding=1, bias=False)
    volume("pointwise", (2, 4, 3), (3, 2), 1)
    volume("one_to_many", (3, 5, 5), (1, 2), (3, 5, 5), padding=(1, 2, 2))
    volume("within_frames", (2, 5, 4), (2, 2), (1, 3, 3), padding=(0, 1, 1))
    volume("across_frames", (4, 3, 3), (2, 2), (3, 1, 1), padding=(1, 0, 0))
    volume("stride", (4, 5, 5), (2, 2), 3, stride=(1, 2, 2), padding=1)
    volume("dilation", (5, 4, 5), (2, 2), (3, 2, 2), padding=(2, 0, 1), dilation=(2, 1, 2))
    volume("groups", (3, 4, 4), (4, 2), 3, padding=1, groups=2)
    volume("asymmetric_padding", (3, 4, 4), (2, 2), 3, padding=((2, 0), (0, 1), (1, 1)))

    up = lambda name, *rest, **options: transposed(record, name, 2, *rest, **options)
    up("double", (3, 4), (4, 2), 2, stride=2)
    up("without_bias", (3, 4), (2, 2), 2, stride=2, bias=False)
    up("stride_one", (4, 3), (2, 3), 3)
    up("padding", (3, 4), (2, 3), 3, stride=2, padding=1)
    up("output_padding", (3, 4), (2, 2), 3, stride=2, padding=1, output_padding=1)
    up("overlapping", (3, 3), (2, 2), 4, stride=2, padding=1)
    up("gaps", (3, 3), (2, 2), 2, stride=3)
    up("groups", (3, 3), (4, 2), 2, stride=2, groups=2)
    up("dilation", (3, 4), (2, 2), 2, stride=(2, 1), padding=(0, 1), dilation=2)

    up3 = lambda name, *rest, **options: transposed(record, name, 3, *rest, **options)
    up3("double", (2, 2, 3), (2, 2), 2, stride=2)
    up3("within_frames", (2, 2, 3), (2, 2), (1, 2, 2), stride=(1, 2, 2))
    up3("output_padding", (2, 2, 2), (2, 2), 3, stride=2, padding=1, output_padding=(0, 1, 1))

    max_pooling(record, "halve", (6, 6), 2, 2)
    max_pooling(record, "remainder", (7, 5), 2, 2)
    max_pooling(record, "overlapping", (6, 7), 3, 2, padding=1)
    max_pooling(record, "rectangular", (6, 5), (3, 2), (1, 2))
    max_pooling(record, "dilation", (7, 6), 2, 1, dilation=2)
    max_pooling(record, "halve", (4, 4, 4), 2, 2)
    max_pooling(record, "within_frames", (3, 4, 5), (1, 3, 3), (1, 2, 2), padding=(0, 1, 1))
    average_pooling(record, "halve", (6, 6), 2, 2)
    average_pooling(record, "count_padding", (6, 5), 3, 2, padding=1)
    average_pooling(record, "leave_padding", (6, 5), 3, 2, padding=1, count_padding=False)
    average_pooling(record, "overlapping", (5, 6), (2, 3), 1)
    average_pooling(record, "halve", (4, 4, 4), 2, 2)
    average_pooling(record, "leave_padding", (3, 4, 4), 3, 2, padding=1, count_padding=False)

    batch_norm(record, "training", (2, 3, 5, 4), training=True)
    batch_norm(record, "training_without_affine", (2, 3, 4, 4), training=True, affine=False)
    batch_norm(record, "training_volume", (2, 2, 2, 3, 4), training=True)
    batch_norm(record, "training_features", (6, 3), training=True)
    batch_norm(record, "evaluation", (2, 3, 5, 4), training=False)
    group_norm(record, "image", (2, 4, 4, 3), 2)
    group_norm(record, "volume", (2, 4, 2, 3, 2), 4)

    upsample(record, "double", (3, 4), (6, 8), "nearest")
    upsample(record, "odd", (3, 4), (7, 5), "nearest")
    upsample(record, "volume", (2, 3, 3), (4, 6, 5), "nearest")
    for aligned, suffix in ((False, ""), (True, "_aligned")):
        upsample(record, "double" + suffix, (3, 4), (6, 8), "bilinear", aligned)
        upsample(record, "odd" + suffix, (4, 3), (7, 5), "bilinear", aligned)
        upsample(record, "smaller" + suffix, (6, 5), (3, 4), "bilinear", aligned)
        upsample(record, "one_pixel" + suffix, (1, 3), (3, 1), "bilinear", aligned)
        upsample(record, "volume" + suffix, (2, 3, 3), (4, 5, 6), "trilinear", aligned)

    return record.tensors, {"layout": "channels last, filters [k, C / groups, O]", "cases": record.cases}
