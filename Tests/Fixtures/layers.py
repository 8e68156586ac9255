"""Attention, transformers and recurrence by PyTorch's own modules: outputs, and gradients of inputs and parameters.

Tensors are float64, sequences `[N, L, C]`. For each name of the metadata entry `cases`: the operands `name.0`, `name.1`, …,
`name.output`, `name.cotangent`, `name.gradient.0`, …, and for each parameter p of the module, under the name and in the
layout of its state dict, `name.state.p` and `name.gradient.state.p`.
"""

import torch
from torch import nn


def attention():
    return nn.MultiheadAttention(6, 2, batch_first=True)


def block(kind, norm_first, activation="relu"):
    return kind(6, 2, dim_feedforward=5, dropout=0, activation=activation, batch_first=True, norm_first=norm_first)


def cases():
    """Name, module, operands, and the output by the module of the operands."""
    sequence = lambda length, channels=6: torch.randn(2, length, channels)
    visible = torch.rand(2, 1, 4, 5) > 0.4
    visible[..., 0] = True
    # True where a query may not look, one mask for each head of each sample.
    hidden = ~visible.expand(2, 2, 4, 5).reshape(4, 4, 5)
    causal = torch.ones(4, 4).triu(1).bool()
    encoder, decoder = nn.TransformerEncoderLayer, nn.TransformerDecoderLayer
    yield "attention", attention(), [sequence(4)], lambda m, x: m(x, x, x)[0]
    yield "attention.causal", attention(), [sequence(4)], lambda m, x: m(x, x, x, attn_mask=causal)[0]
    yield ("attention.masked", attention(), [sequence(4), sequence(5), sequence(5)],
           lambda m, q, k, v: m(q, k, v, attn_mask=hidden)[0], {"visible": visible})
    yield ("attention.biased", attention(), [sequence(4), sequence(5), sequence(5), torch.randn(4, 5)],
           lambda m, q, k, v, b: m(q, k, v, attn_mask=b)[0])
    yield "encoder", block(encoder, False), [sequence(4)], lambda m, x: m(x)
    yield "encoder.norm_first", block(encoder, True, "gelu"), [sequence(4)], lambda m, x: m(x)
    yield "encoder.causal", block(encoder, True), [sequence(4)], lambda m, x: m(x, src_mask=causal)
    yield ("decoder", block(decoder, False), [sequence(4), sequence(5)],
           lambda m, x, y: m(x, y, tgt_mask=causal, memory_mask=~visible[0, 0]), {"visible": visible[0, 0]})
    yield "decoder.norm_first", block(decoder, True), [sequence(4), sequence(5)], lambda m, x, y: m(x, y)


def fixture():
    tensors, names = {}, []
    for name, module, operands, function, *extra in cases():
        module = module.double().train()
        with torch.no_grad():  # norms and biases start from 1 and 0
            for parameter in module.parameters():
                parameter.normal_(std=0.5)
        operands = [x.double().requires_grad_() for x in operands]
        output = function(module, *operands)
        cotangent = torch.randn_like(output)
        wanted = operands + list(module.parameters())
        gradients = torch.autograd.grad(output, wanted, cotangent)
        keys = [str(i) for i in range(len(operands))] + [f"state.{key}" for key, _ in module.named_parameters()]
        tensors |= {f"{name}.{key}": x for key, x in zip(keys, wanted)}
        tensors |= {f"{name}.gradient.{key}": x for key, x in zip(keys, gradients)}
        tensors |= {f"{name}.output": output, f"{name}.cotangent": cotangent}
        tensors |= {f"{name}.{key}": x.double() for options in extra for key, x in options.items()}
        names.append(name)
    return tensors, {"cases": names}
