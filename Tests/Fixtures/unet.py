"""The U-Nets of the package, in PyTorch, under the names that their checkpoints use.

A block is twice: 3×3 convolution (padding 1), batch normalisation, ReLU. The encoder has one block per
width, with 2×2 max-pooling between the levels; the decoder, deepest step first, doubles the size, joins
`[skip, upsampled]` on the channel axis and applies a block; the head is a 1×1 convolution with a bias.

The joined channels are halved by the first convolution of a decoder's block. Its second one returns
  - with transposed upsampling (2×2, stride 2, with a bias; it halves the channels): the skip's width;
  - with bilinear upsampling (corners aligned, no parameters): the width of the next step's skip, and at
    the top the skip's own, so that both halves of every join are equal.

`bias` says whether the 3×3 convolutions have one. The published counts of parameters come out exactly:

  network         input  widths             upsampling  bias  parameters
  benchmark       4      16-32-64-128       transposed  no       482,881
  feat2seg paper  4      32-64-128-256-256  bilinear    yes    4,320,897
  UNetSmall       1      16-32-64-64        bilinear    yes      269,009
"""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    def __init__(self, inputs, middle, outputs, bias):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, middle, 3, padding=1, bias=bias)
        self.norm1 = nn.BatchNorm2d(middle)
        self.conv2 = nn.Conv2d(middle, outputs, 3, padding=1, bias=bias)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(x)))


class Up(nn.Module):
    """Doubles the size of x and joins it with the skip."""

    def __init__(self, channels, skip, outputs, transposed, bias):
        super().__init__()
        upsampled = channels // 2 if transposed else channels
        if transposed:
            self.up = nn.ConvTranspose2d(channels, upsampled, 2, stride=2)
        else:
            self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)
        self.block = Block(skip + upsampled, (skip + upsampled) // 2, outputs, bias)

    def forward(self, x, skip):
        return self.block(torch.cat([skip, self.up(x)], dim=1))


class UNet(nn.Module):
    def __init__(self, inputs, widths, transposed, bias, outputs=1):
        super().__init__()
        channels = [inputs, *widths]
        self.encoder = nn.ModuleList(
            Block(before, after, after, bias) for before, after in zip(channels, channels[1:])
        )
        self.decoder = nn.ModuleList()
        x = widths[-1]
        for level in reversed(range(len(widths) - 1)):
            after = widths[level if transposed else max(level - 1, 0)]
            self.decoder.append(Up(x, widths[level], after, transposed, bias))
            x = after
        self.head = nn.Conv2d(x, outputs, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.encoder):
            x = block(F.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for up, skip in zip(self.decoder, reversed(skips[:-1])):
            x = up(x, skip)
        return self.head(x)


def benchmark_unet():
    return UNet(4, [16, 32, 64, 128], transposed=True, bias=False)


def from_state(state):
    """The U-Net whose state dict this is: names and shapes must agree exactly."""
    blocks = sum(name.startswith("encoder.") and name.endswith("conv2.weight") for name in state)
    widths = [state[f"encoder.{level}.conv2.weight"].shape[0] for level in range(blocks)]
    first = state["encoder.0.conv1.weight"]
    model = UNet(first.shape[1], widths, transposed="decoder.0.up.weight" in state,
                 bias="encoder.0.conv1.bias" in state, outputs=state["head.weight"].shape[0]).to(first.dtype)
    model.load_state_dict(state, strict=True)
    return model


def parameter_count(module):
    return sum(parameter.numel() for parameter in module.parameters())


def check_published_counts():
    paper = UNet(4, [32, 64, 128, 256, 256], transposed=False, bias=True)
    small = UNet(1, [16, 32, 64, 64], transposed=False, bias=True)
    assert parameter_count(benchmark_unet()) == 482_881
    assert parameter_count(paper) == 4_320_897
    assert parameter_count(small) == 269_009


def step_fixture(model, size, dtype):
    """One training step's values: tensors by name, and the metadata that describes them.

    `state.` is the state dict before the step, `evaluation_output` the output in evaluation mode with
    it; `output`, `loss` and `gradient.` are those of training mode; `updated.` the statistics after it.
    The gradient of a bias in front of a batch normalisation is zero up to rounding.
    """
    model = model.to(dtype)
    with torch.no_grad():
        for name, tensor in model.state_dict().items():
            if "norm" in name and tensor.is_floating_point():
                tensor.copy_(torch.rand_like(tensor) + 0.5 if name.endswith(("weight", "var"))
                             else 0.2 * torch.randn_like(tensor))
    inputs = torch.randn(size, dtype=dtype)
    target = (torch.rand(size[0], 1, *size[2:], dtype=dtype) > 0.7).to(dtype)
    state = {f"state.{name}": tensor.clone() for name, tensor in model.state_dict().items()}

    with torch.no_grad():
        evaluation_output = model.eval()(inputs)
    output = model.train()(inputs)
    loss = F.binary_cross_entropy_with_logits(output, target)
    loss.backward()

    tensors = {"input": inputs, "target": target, "output": output, "loss": loss}
    tensors["evaluation_output"] = evaluation_output
    tensors |= state
    tensors |= {f"gradient.{name}": parameter.grad for name, parameter in model.named_parameters()}
    tensors |= {f"updated.{name}": buffer for name, buffer in model.named_buffers()}
    return tensors, {"layout": "NCHW, filters OIHW", "loss": "binary cross-entropy with logits, mean"}
