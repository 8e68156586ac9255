"""Attention, transformers and recurrence by PyTorch's own modules: outputs, and gradients of inputs and parameters.

Tensors are float64, sequences `[N, L, C]`, volumes `[N, T, H, W, C]`. For each name of the metadata entry `cases`: the operands `name.0`, `name.1`, …,
`name.output`, `name.cotangent`, `name.gradient.0`, …, and for each parameter p of the module, under the name and in the
layout of its state dict, `name.state.p` and `name.gradient.state.p`.
"""

import torch
from torch import nn


class ConvLSTM(nn.Module):
    """Shi et al. 2015, equation 3, without the peepholes."""

    def __init__(self, inputs, outputs, kernel):
        super().__init__()
        padding = [size // 2 for size in kernel]
        self.input = nn.Conv2d(inputs, 4 * outputs, kernel, padding=padding)
        self.hidden = nn.Conv2d(outputs, 4 * outputs, kernel, padding=padding, bias=False)

    def forward(self, x, h, c):
        outputs = []
        for frame in x.movedim(-1, 2).unbind(1):
            i, f, g, o = (self.input(frame) + self.hidden(h)).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            outputs.append(h)
        return torch.stack(outputs, 1).movedim(2, -1), h, c


class ConvGRU(nn.Module):
    """Ballas et al. 2016, equations 4 to 7."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.input = nn.Conv2d(inputs, 3 * outputs, 3, padding=1)
        self.hidden = nn.Conv2d(outputs, 2 * outputs, 3, padding=1, bias=False)
        self.candidate = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)

    def forward(self, x, h):
        outputs = []
        for frame in x.movedim(-1, 2).unbind(1):
            z, r, n = self.input(frame).chunk(3, 1)
            update, reset = self.hidden(h).chunk(2, 1)
            z, r = (z + update).sigmoid(), (r + reset).sigmoid()
            h = (1 - z) * h + z * (n + self.candidate(r * h)).tanh()
            outputs.append(h)
        return torch.stack(outputs, 1).movedim(2, -1)


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
    # Outputs, and the states of all layers, side by side.
    join = lambda *parts: torch.cat([part.flatten() for part in parts])
    step = lambda: torch.randn(2, 3)
    yield "lstm", nn.LSTM(4, 3, batch_first=True), [sequence(5, 4)], lambda m, x: m(x)[0]
    yield ("lstm.layers", nn.LSTM(4, 3, 2, batch_first=True), [sequence(5, 4), step(), step(), step(), step()],
           lambda m, x, h0, c0, h1, c1: (lambda y, s: join(y, s[0][0], s[1][0], s[0][1], s[1][1]))(
               *m(x, (torch.stack([h0, h1]), torch.stack([c0, c1])))))
    yield "gru", nn.GRU(4, 3, batch_first=True), [sequence(5, 4)], lambda m, x: m(x)[0]
    yield ("gru.layers", nn.GRU(4, 3, 2, batch_first=True), [sequence(5, 4), step(), step()],
           lambda m, x, a, b: (lambda y, s: join(y, s))(*m(x, torch.stack([a, b]))))
    yield ("lstm.bidirectional", nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True), [sequence(5, 4)],
           lambda m, x: (lambda y, s: join(y, s[0], s[1]))(*m(x)))
    yield ("gru.bidirectional", nn.GRU(4, 3, bidirectional=True, batch_first=True), [sequence(5, 4), step(), step()],
           lambda m, x, a, b: m(x, torch.stack([a, b]))[0])
    yield ("lstm_cell", nn.LSTMCell(4, 3), [torch.randn(2, 4), step(), step()],
           lambda m, x, h, c: torch.cat(m(x, (h, c))))
    yield "gru_cell", nn.GRUCell(4, 3), [torch.randn(2, 4), step()], lambda m, x, h: m(x, h)
    image = lambda: torch.randn(2, 4, 3, 2)
    first = lambda x: x.movedim(-1, 1)
    last = lambda x: x.movedim(1, -1)
    yield ("conv_lstm", ConvLSTM(3, 2, (3, 1)), [torch.randn(2, 3, 4, 3, 3), image(), image()],
           lambda m, x, h, c: (lambda y, h, c: join(y, last(h), last(c)))(*m(x, first(h), first(c))))
    yield ("conv_gru", ConvGRU(3, 2), [torch.randn(2, 3, 4, 3, 3), image()], lambda m, x, h: m(x, first(h)))
    sequences = lambda m: lambda x: m(x.movedim(-1, 1)).movedim(1, -1)
    yield ("conv1d", nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), [sequence(7, 4)],
           lambda m, x: sequences(m)(x))
    yield ("conv_transpose1d", nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1, output_padding=1),
           [sequence(3, 2)], lambda m, x: sequences(m)(x))
    yield "rms_norm", nn.RMSNorm(5, eps=1e-5), [sequence(3, 5)], lambda m, x: m(x)
    yield "decoder.norm_first", block(decoder, True), [sequence(4), sequence(5)], lambda m, x, y: m(x, y)

    def packed(m, x, *start):
        sequences = nn.utils.rnn.pack_padded_sequence(x, [3, 5, 1], batch_first=True, enforce_sorted=False)
        y, states = m(sequences, *start)
        y, _ = nn.utils.rnn.pad_packed_sequence(y, batch_first=True)
        return join(y, *(states if isinstance(states, tuple) else [states]))

    yield ("lstm.lengths", nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True), [torch.randn(3, 5, 4)], packed)
    yield ("gru.lengths", nn.GRU(4, 3, bidirectional=True, batch_first=True),
           [torch.randn(3, 5, 4), torch.randn(3, 3), torch.randn(3, 3)],
           lambda m, x, a, b: packed(m, x, torch.stack([a, b])))
    # All is dropped: what the layers above see is the same in every run.
    yield ("lstm.dropped", nn.LSTM(4, 3, 2, batch_first=True, bidirectional=True, dropout=1.0), [sequence(5, 4)],
           lambda m, x: m(x)[0])
    yield "gru.dropped", nn.GRU(4, 3, 3, batch_first=True, dropout=1.0), [sequence(5, 4)], lambda m, x: m(x)[0]


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
