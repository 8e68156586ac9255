"""The dense CRF of pydensecrf2 (Krähenbühl and Koltun's code) on small images and a small video.

    python3 -m pip install torch numpy pydensecrf2
    python3 Tests/Fixtures/dense_crf.py

Needs a C++ compiler to install pydensecrf2; made with its version 1.1. Writes dense_crf.safetensors beside this
script, float32: for each case of the metadata entry `cases` (`name`, `kernels` as weight, position, time and colour
deviations, colours in [0, 1] or none) `name.images` [N, (T,) H, W, 3], `name.energies` [N, (T,) H, W, K],
and the marginals `name.after5` and `name.after10` of the energies' shape.
"""

import pathlib

import numpy as np
import pydensecrf.densecrf as densecrf
import torch

from safetensors_file import save


def marginals(energies, image, kernels, iterations):
    """Of one field: energies [(T,) H, W, K], image [(T,) H, W, 3] in [0, 1]."""
    labels = energies.shape[-1]
    energies_first = np.ascontiguousarray(energies.reshape(-1, labels).T)
    if image.ndim == 3:
        crf = densecrf.DenseCRF2D(image.shape[1], image.shape[0], labels)
        for kernel in kernels:
            if kernel["color"]:
                crf.addPairwiseBilateral(
                    kernel["position"], 255 * kernel["color"], (255 * image).round().astype(np.uint8),
                    compat=kernel["weight"])
            else:
                crf.addPairwiseGaussian(kernel["position"], compat=kernel["weight"])
    else:
        t, y, x = np.meshgrid(*map(np.arange, image.shape[:-1]), indexing="ij")
        crf = densecrf.DenseCRF(x.size, labels)
        for kernel in kernels:
            features = [x / kernel["position"], y / kernel["position"], t / kernel["time"]]
            if kernel["color"]:
                features += list(np.moveaxis(image, -1, 0) / kernel["color"])
            features = np.stack([f.ravel() for f in features]).astype(np.float32)
            crf.addPairwiseEnergy(features, compat=kernel["weight"])
    crf.setUnaryEnergy(energies_first)
    return np.array(crf.inference(iterations), np.float32).T.reshape(energies.shape)


def scene(random, sizes, labels):
    """Regions of a colour each, the first label around discs of the others, and noisy energies."""
    places = np.stack(np.meshgrid(*map(np.arange, sizes), indexing="ij"), -1).astype(np.float64)
    truth = np.zeros(sizes, int)
    for label in range(1, labels):
        centre = random.uniform(0.25, 0.75, len(sizes)) * sizes
        distance = ((places - centre)[..., -2:] ** 2).sum(-1) ** 0.5
        truth[distance < 0.25 * sizes[-2]] = label
    image = random.uniform(0.2, 0.8, (labels, 3))[truth] + random.normal(0, 0.03, (*sizes, 3))
    scores = 1.2 * np.eye(labels)[truth] + random.normal(0, 1, (*sizes, labels))
    energies = np.log(np.exp(scores).sum(-1, keepdims=True)) - scores
    image = (255 * image).round().clip(0, 255) / 255
    return image.astype(np.float32), energies.astype(np.float32)


CASES = [
    ("two_labels", (2, 24, 32), 2,
     [dict(weight=1.0, position=3.0, time=1.0, color=None),
      dict(weight=2.0, position=80.0, time=1.0, color=13 / 255)]),
    ("four_labels", (1, 20, 26), 4,
     [dict(weight=1.5, position=1.0, time=1.0, color=None),
      dict(weight=4.0, position=12.0, time=1.0, color=0.1)]),
    ("video", (1, 5, 14, 18), 2,
     [dict(weight=2.0, position=2.0, time=1.0, color=None),
      dict(weight=5.0, position=20.0, time=3.0, color=0.08)]),
]

if __name__ == "__main__":
    random = np.random.default_rng(2011)
    tensors = {}
    for name, sizes, labels, kernels in CASES:
        fields = [scene(random, sizes[1:], labels) for _ in range(sizes[0])]
        tensors[f"{name}.images"] = np.stack([image for image, _ in fields])
        tensors[f"{name}.energies"] = np.stack([energies for _, energies in fields])
        for iterations in [5, 10]:
            tensors[f"{name}.after{iterations}"] = np.stack(
                [marginals(e, image, kernels, iterations) for image, e in fields])
    cases = [{"name": name, "kernels": kernels} for name, _, _, kernels in CASES]
    save(
        pathlib.Path(__file__).parent / "dense_crf.safetensors",
        {name: torch.from_numpy(values) for name, values in tensors.items()}, {"cases": cases})
