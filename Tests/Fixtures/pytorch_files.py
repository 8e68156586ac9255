"""Writes small files of `torch.save` in both of its formats, which NNTests reads: `archive.pth` and `older.pth`, of the
same content, and `module.pth`, a whole module.

    python3 -m pip install torch numpy
    python3 Tests/Fixtures/pytorch_files.py

What the tests expect is a function of the index: element i of a tensor is i / 2, or i where it is an integer.
"""

import collections
import pathlib

import numpy
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


class Settings:
    """Of a class that no reader knows."""

    def __init__(self):
        self.rate = 0.1
        self.mean = torch.arange(3.0)


def tensors():
    base = torch.arange(24, dtype=torch.float32) / 2
    state = collections.OrderedDict()
    state["module.conv.weight"] = base.reshape(4, 2, 3)
    state["module.conv.transposed"] = base.reshape(4, 6).t()
    state["module.conv.part"] = base[10:20:3]
    state["module.stretched"] = base[2:3].expand(5)
    state["module.empty"] = torch.zeros(0, 3)
    state["module.parameter"] = nn.Parameter(base[:2].clone())
    for dtype in (torch.float64, torch.float16, torch.bfloat16):
        state[f"module.{str(dtype).split('.')[1]}"] = torch.arange(4).to(dtype) / 2
    for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8):
        state[f"module.{str(dtype).split('.')[1]}"] = torch.arange(4).to(dtype)
    state["module.bool"] = torch.tensor([True, False, True])
    state["module.num_batches_tracked"] = torch.tensor(7)
    return state


content = {
    "epoch": 12,
    "best": numpy.float64(0.75),
    "steps": numpy.int64(-3),
    "name": "small ä",
    "settings": Settings(),
    "history": [0.5, (1, True), None],
    3: torch.ones(1),
    "optimizer": {"state": {0: {"exp_avg": torch.zeros(2)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]},
    "state_dict": tensors(),
}
torch.save(content, HERE / "archive.pth")
torch.save(content, HERE / "older.pth", _use_new_zipfile_serialization=False)

network = nn.Sequential(collections.OrderedDict(conv=nn.Conv2d(1, 2, 1), norm=nn.BatchNorm2d(2)))
with torch.no_grad():
    for tensor in network.state_dict().values():
        tensor.copy_(torch.arange(tensor.numel()).reshape(tensor.shape) / 2)
torch.save({"model": network}, HERE / "module.pth")
