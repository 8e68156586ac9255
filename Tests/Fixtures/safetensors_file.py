"""The safetensors format: header length (8 bytes, little endian), JSON header, the tensors' bytes."""

import json
import pathlib

import torch

NAMES = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64"}
TYPES = {name: dtype for dtype, name in NAMES.items()}


def load(path):
    """The tensors of a file by name."""
    data = pathlib.Path(path).read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    return {
        name: torch.frombuffer(
            bytearray(data[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]]),
            dtype=TYPES[entry["dtype"]],
        ).reshape(entry["shape"])
        for name, entry in header.items()
    }


def save(path, tensors, metadata):
    """Writes named tensors, and metadata whose values are stored as JSON text where they are not text."""
    header = {"__metadata__": {k: v if isinstance(v, str) else json.dumps(v) for k, v in metadata.items()}}
    chunks, offset = [], 0
    for name, tensor in tensors.items():
        data = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {
            "dtype": NAMES[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        chunks.append(data)
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the data start at a multiple of 8 bytes
    pathlib.Path(path).write_bytes(len(text).to_bytes(8, "little") + text + b"".join(chunks))
    print(f"{path}: {len(tensors)} tensors, {8 + len(text) + offset} bytes")
