"""Weights and inputs that are a function of a tensor's name and shape, so that a published network can be checked without
a file of its weights: the generator is splitmix64, seeded with the FNV-1a hash of the name."""

import numpy as np
import torch
from torch import nn

GOLDEN = 0x9E3779B97F4A7C15
MASK = (1 << 64) - 1


def uniform(name, count):
    """`count` numbers in [0, 1) that belong to a name."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 & MASK
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) / 2**24


def values(name, shape, low=0.0, high=1.0):
    """An input of a network."""
    u = uniform(f"input:{name}", int(np.prod(shape)))
    return torch.from_numpy((low + (high - low) * u).astype(np.float32)).reshape(shape)


@torch.no_grad()
def fill(network, gain=1.0):
    """Gives a network its weights."""
    for path, module in network.named_modules():
        for kind, tensor in list(module._parameters.items()) + list(module._buffers.items()):
            if tensor is None or not tensor.is_floating_point():
                continue
            u = uniform(f"{path}.{kind}" if path else kind, tensor.numel())
            s = 2 * u - 1
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                value = 0.75 + 0.5 * u if kind in ("weight", "running_var") else 0.1 * s
            elif isinstance(module, (nn.Linear, nn.modules.conv._ConvNd)):
                fan_in = int(np.prod(tensor.shape[1:]))
                value = 0.1 * s if kind == "bias" else s * np.sqrt(gain * 6 / fan_in)
            else:
                continue
            tensor.copy_(torch.from_numpy(value.astype(np.float32)).reshape(tensor.shape))


def digest(network):
    """A number that stands for the names, shapes and roles of all tensors: the FNV-1a hash of their sorted lines."""
    parameters = dict(network.named_parameters())
    lines = [
        f"{name} {'x'.join(map(str, tensor.shape))} {'parameter' if name in parameters else 'buffer'}\n"
        for name, tensor in network.state_dict().items()
    ]
    result = 0xCBF29CE484222325
    for byte in "".join(sorted(lines)).encode():
        result = (result ^ byte) * 0x100000001B3 & MASK
    return hex(result)


def figures(tensor):
    """Mean, standard deviation, least, largest and the sum of magnitudes."""
    x = tensor.double()
    return [float(f"{v:.8g}") for v in (x.mean(), x.std(unbiased=False), x.min(), x.max(), x.abs().sum())]
