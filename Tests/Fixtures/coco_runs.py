"""Prints masks as pycocotools packs them, for Tests/DatasetsTests/InstanceTests.swift: pip install pycocotools."""

import numpy
from pycocotools import mask


def show(name, pixels):
    packed = mask.encode(numpy.asfortranarray(pixels.astype(numpy.uint8)))
    print(name, packed["size"], packed["counts"].decode(), "area", mask.area(packed), "box", mask.toBbox(packed))


y, x = numpy.mgrid[:20, :30]
show("box", (x >= 4) & (x < 11) & (y >= 3) & (y < 8))
show("disk", (x - 14) ** 2 + (y - 9) ** 2 < 50)
show("everything", x >= 0)
