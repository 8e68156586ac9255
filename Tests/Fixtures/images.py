"""Writes the files of Tests/VisionTests/Fixtures: image files of kinds the package reads but cannot write (Pillow, OpenCV, and
zlib by hand), and resampled images (OpenCV, Pillow, PyTorch). Run: python3 Tests/Fixtures/images.py"""

import base64
import io
import pathlib
import struct
import zlib

import cv2
import numpy as np
import torch
from PIL import Image

W, H = 13, 9


def pattern(x, y, c):
    return (x * x * 7 + y * 31 + c * 53 + x * y * 3) % 256


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed(row, bits):
    text = "".join(format(v, f"0{bits}b") for v in row)
    text += "0" * (-len(text) % 8)
    return bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))


def png(bits, color, samples, interlace=False, extra=b""):
    """samples: [H][W][channels] integers of `bits` bits."""
    h, w = len(samples), len(samples[0])
    starts = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for x0, y0, dx, dy in starts if interlace else [(0, 0, 1, 1)]:
        for y in range(y0, h, dy):
            row = [v for x in range(x0, w, dx) for v in samples[y][x]]
            if row:
                raw += b"\0" + packed(row, bits)
    header = struct.pack(">IIBBBBB", w, h, bits, color, 0, 0, int(interlace))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw, 9)) + chunk(b"IEND", b"")
    )


def grid(channels, levels):
    return [[[pattern(x, y, c) * levels // 256 for c in range(channels)] for x in range(W)] for y in range(H)]


files = {}
for bits in (1, 2, 4, 8, 16):
    files[f"grey{bits}"] = png(bits, 0, grid(1, 1 << bits))
for bits in (1, 2, 4, 8):
    entries = 1 << bits if bits < 8 else 256
    palette = bytes(v for i in range(entries) for v in (i * 7 % 256, i * 31 % 256, 255 - i % 256))
    files[f"palette{bits}"] = png(bits, 3, grid(1, 1 << bits), extra=chunk(b"PLTE", palette))
files["paletteTransparent"] = png(
    2, 3, grid(1, 4), extra=chunk(b"PLTE", bytes(range(12))) + chunk(b"tRNS", bytes([0, 128]))
)
for bits in (8, 16):
    files[f"greyAlpha{bits}"] = png(bits, 4, grid(2, 1 << bits))
    files[f"rgb{bits}"] = png(bits, 2, grid(3, 1 << bits))
    files[f"rgba{bits}"] = png(bits, 6, grid(4, 1 << bits))
files["interlacedRGB"] = png(8, 2, grid(3, 256), interlace=True)
files["interlacedPalette2"] = png(2, 3, grid(1, 4), interlace=True, extra=chunk(b"PLTE", bytes(range(12))))
files["declaresTooMuch"] = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 2_000_000_000, 2_000_000_000, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0" * 100))
    + chunk(b"IEND", b"")
)

image = np.array(grid(3, 256), np.uint8)
smooth = cv2.resize(image, (48, 40), interpolation=cv2.INTER_CUBIC)
decoded = {}


def jpeg(name, picture, **options):
    data = io.BytesIO()
    picture.save(data, "JPEG", **options)
    files[name] = data.getvalue()
    decoded[name] = np.array(Image.open(io.BytesIO(files[name])))


jpeg("jpegRGB", Image.fromarray(smooth), quality=80)
jpeg("jpegProgressive", Image.fromarray(smooth), quality=80, progressive=True)
jpeg("jpegGrey", Image.fromarray(smooth[..., 1]), quality=80)
jpeg("jpegCMYK", Image.fromarray(smooth).convert("CMYK"), quality=80)
# 16×8 pixels that libjpeg itself wrote after jpeg_set_colorspace(…, JCS_YCCK), which Pillow does not.
YCCK = (
    "/9j/7gAOQWRvYmUAZAAAAAAC/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUV"
    "FQwPFxgWFBgSFBUU/9sAQwEDBAQFBAUJBQUJFA0LDRQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQU"
    "FBQUFBQU/8AAFAgACAAQBAEiAAIRAQMRAQQiAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMF"
    "BQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RV"
    "VldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh"
    "4uPk5ebn6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAAAAABAgMEBQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwAB"
    "AgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkjM1LwFWJy0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2Rl"
    "ZmdoaWpzdHV2d3h5eoKDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp"
    "6vLz9PX29/j5+v/aAA4EAQACEQMRBAAAPwDy7wz8Yvufv/1r1nwz8Yvufv8A9aKK+7p8LZX/AM+zz+DMjwPu+4faH/DQH/Tz/wCP"
    "Uf8ADQH/AE8/+PUUV//Z"
)
files["jpegYCCK"] = base64.b64decode(YCCK)
for name in ("jpegCMYK", "jpegYCCK"):
    decoded[name] = np.array(Image.open(io.BytesIO(files[name])).convert("RGB"))

resized = {
    "bilinear20x17": cv2.resize(image, (20, 17), interpolation=cv2.INTER_LINEAR),
    "bilinear7x5": cv2.resize(image, (7, 5), interpolation=cv2.INTER_LINEAR),
    "area5x4": cv2.resize(image, (5, 4), interpolation=cv2.INTER_AREA),
    "nearest20x17": np.array(Image.fromarray(image).resize((20, 17), Image.Resampling.NEAREST)),
    "nearest5x4": np.array(Image.fromarray(image).resize((5, 4), Image.Resampling.NEAREST)),
}

# The warp x' = 0.9 x - 0.3 y + 2, y' = 0.2 x + 1.1 y - 1 seen through 10 × 8 pixels.
forward = np.array([[0.9, -0.3, 2], [0.2, 1.1, -1], [0, 0, 1]])
inverse = np.linalg.inv(forward)
ys, xs = np.mgrid[0:8, 0:10] + 0.5
u, v, _ = np.einsum("ij,jhw->ihw", inverse, np.stack([xs, ys, np.ones_like(xs)]))
where = torch.tensor(np.stack([2 * u / W - 1, 2 * v / H - 1], -1))[None]
source = torch.tensor(image).double().permute(2, 0, 1)[None]
warped = torch.nn.functional.grid_sample(source, where, padding_mode="zeros", align_corners=False)
resized["warped10x8"] = warped[0].permute(1, 2, 0).round().numpy().astype(np.uint8)

folder = pathlib.Path(__file__).parent.parent / "VisionTests/Fixtures"
about = "/// Made by Tests/Fixtures/images.py: encoded files, and the pixels [H, W, C] other libraries make of them.\nenum"
parts = [
    ("EncodedFiles", about, "files", files),
    ("DecodedPixels", "// The pixels of JPEG files, as libjpeg decodes them.\nextension", "decoded", decoded),
    ("ResampledPixels", "// Images resized and warped.\nextension", "resized", resized),
]
for name, opening, kind, table in parts:
    with open(folder / f"{name}.swift", "w") as out:
        out.write(f"import Foundation\n\n{opening} Fixtures {{\n  static let {kind} = [\n")
        for name, value in table.items():
            data = value if isinstance(value, bytes) else value.tobytes()
            text = base64.b64encode(data).decode()
            lines = [text[i : i + 100] for i in range(0, len(text), 100)]
            joined = "\\\n".join(f"    {line}" for line in lines)
            out.write(f'    "{name}": """\n{joined}\n    """,\n')
        out.write("  ].mapValues { [UInt8](Data(base64Encoded: $0)!) }\n}\n")
