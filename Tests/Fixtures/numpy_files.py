"""Writes small files of NumPy's, which NNTests reads: `arrays.npz` and, compressed in every way that deflate has,
`deflated.npz`; `fortran.npy`.

    python3 -m pip install numpy
    python3 Tests/Fixtures/numpy_files.py

What the tests expect is a function of the index: element i is i / 2, or i where it is an integer, row by row.
"""

import io
import pathlib
import zipfile

import numpy

HERE = pathlib.Path(__file__).parent
INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


def halves(shape, dtype):
    return (numpy.arange(numpy.prod(shape, dtype=int)) / 2).reshape(shape).astype(dtype)


arrays = {name: numpy.arange(4).astype(name) for name in INTEGERS}
arrays |= {name: halves(4, name) for name in ("float16", "float32", "float64")}
arrays |= {f"big/{name}": numpy.arange(4).astype(numpy.dtype(name).newbyteorder(">")) for name in INTEGERS}
arrays |= {
    f"big/{name}": halves(4, numpy.dtype(name).newbyteorder(">")) for name in ("float16", "float32", "float64")
}
arrays |= {
    "bool": numpy.array([True, False, True]),
    "scalar": numpy.float32(2.5),
    "empty": numpy.zeros((0, 3)),
    "volume": halves((2, 3, 4), "float32"),
    "columns": numpy.asfortranarray(halves((2, 3, 4), ">f8")),
    "complex": numpy.ones(2, "complex64"),
    "text": numpy.array(["a", "ä"]),
    "records": numpy.zeros(2, [("x", "<f4"), ("y", "<i2", (2,))]),
    "objects": numpy.array([{"a": 1}, None]),
    "wide": numpy.array([2**40]),
}
numpy.savez(HERE / "arrays.npz", **arrays)


def file_of(array, version=None):
    file = io.BytesIO()
    numpy.lib.format.write_array(file, array, version=version)
    return file.getvalue()


with zipfile.ZipFile(HERE / "deflated.npz", "w") as archive:
    noise = numpy.random.default_rng(1).integers(0, 3, 3000).astype("uint8")
    entries = {
        "stored": (halves(50, "float32"), 0, (1, 0)),  # blocks that are not compressed
        "fixed": (halves(3, "float32"), 9, (2, 0)),  # too little for a code of its own
        "dynamic": (halves((40, 50), "float64"), 9, (3, 0)),
        "noise": (noise, 6, None),
        "zeros": (numpy.zeros((300, 100), "float32"), 9, None),  # the longest copies
    }
    for name, (array, level, version) in entries.items():
        archive.writestr(zipfile.ZipInfo(f"{name}.npy"), file_of(array, version), zipfile.ZIP_DEFLATED, level)
    archive.writestr(zipfile.ZipInfo("readme.txt"), "not an array")
numpy.save(HERE / "fortran.npy", numpy.asfortranarray(halves((3, 2), "float32")))
print("noise sums to", int(noise.sum()))
