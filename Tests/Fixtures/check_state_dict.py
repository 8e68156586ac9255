"""Loads a U-Net's checkpoint written by the package into PyTorch, with strict=True.

    python3 Tests/Fixtures/check_state_dict.py model.safetensors [fixture.safetensors]

With a fixture whose state the checkpoint holds, the output in evaluation mode must be the fixture's, to
1e-4 of its largest value.
"""

import sys

import torch

import unet
from safetensors_file import load

model = unet.from_state(load(sys.argv[1])).eval()
print(f"{sys.argv[1]}: loads, {unet.parameter_count(model)} parameters")
if len(sys.argv) > 2:
    fixture = load(sys.argv[2])
    expected = fixture["evaluation_output"]
    with torch.no_grad():
        error = ((model(fixture["input"]) - expected).abs().max() / expected.abs().max()).item()
    print(f"output differs from {sys.argv[2]} by {error:.1e} of its largest value")
    sys.exit(error > 1e-4)
