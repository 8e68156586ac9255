"""Writes the numbers that the Swift tests compare with, as safetensors files beside this script.

    python3 -m pip install torch numpy
    python3 Tests/Fixtures/make_fixtures.py

Needs PyTorch 2; the files in the repository were made with 2.13 on a CPU. Each file draws from its own
seed, so that a change to one leaves the others as they are.

  unet.safetensors           one training step of the benchmark's U-Net, narrower (4-8-16-32), float32
  unet_bilinear.safetensors  the same of feat2seg's kind of U-Net (4-8-8, bilinear), float64
  operators.safetensors      convolution, pooling, normalisation, resampling: values and gradients
  configurations.safetensors operators at options drawn at random: values and gradients
  algebra.safetensors        linear algebra, Fourier transforms, indexing at random options: values and gradients
  regions.safetensors        regions, blocks and grids at random options: values and gradients
  selections.safetensors     vectors, order statistics, scattering at random options: values and gradients
  optimizers.safetensors     ten steps of each optimiser; the learning rates of each scheduler
  losses.safetensors         losses: values and gradients
  layers.safetensors         attention, transformers, recurrence: outputs and gradients
"""

import pathlib

import torch

import algebra
import configurations
import layers
import losses
import operators
import optimizers
import regions
import selections
import unet
from safetensors_file import save

unet.check_published_counts()
torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)
folder = pathlib.Path(__file__).parent

fixtures = {
    "unet": lambda: unet.step_fixture(
        unet.UNet(4, [4, 8, 16, 32], transposed=True, bias=False), (1, 4, 32, 48), torch.float32),
    "unet_bilinear": lambda: unet.step_fixture(
        unet.UNet(4, [4, 8, 8], transposed=False, bias=True), (2, 4, 12, 16), torch.float64),
    "operators": operators.fixture,
    "configurations": configurations.fixture,
    "algebra": algebra.fixture,
    "regions": regions.fixture,
    "selections": selections.fixture,
    "optimizers": optimizers.fixture,
    "losses": losses.fixture,
    "layers": layers.fixture,
}
for name, make in fixtures.items():
    torch.manual_seed(2021)
    tensors, metadata = make()
    save(folder / f"{name}.safetensors", tensors, metadata)
