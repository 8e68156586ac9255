# Model-agnostic meta-learning (Finn et al. 2017): weights from which one step learns a sine from ten points.
import math

import torch
from torch.nn import functional

torch.manual_seed(1)
sizes = [1, 32, 32, 1]
start = []
for inputs, outputs in zip(sizes, sizes[1:]):
    start.append((torch.randn(inputs, outputs) * math.sqrt(2 / inputs)).requires_grad_())
    start.append(torch.zeros(outputs, requires_grad=True))


def predict(x, weights):
    for layer in range(0, len(weights), 2):
        x = x @ weights[layer] + weights[layer + 1]
        if layer + 2 < len(weights):
            x = x.tanh()
    return x


def adapted_loss(weights):
    """The loss on ten points of a sine, after one step on ten others."""
    x = 6 * torch.rand(20, 1) - 3
    y = (x + 3 * torch.rand(())).sin() * (1 + 2 * torch.rand(()))
    loss = functional.mse_loss(predict(x[:10], weights), y[:10])
    slopes = torch.autograd.grad(loss, weights, create_graph=True)
    adapted = [weight - 0.05 * slope for weight, slope in zip(weights, slopes)]
    return functional.mse_loss(predict(x[10:], adapted), y[10:])


optimizer = torch.optim.Adam(start, lr=3e-3)
recent = 0
for step in range(1, 601):
    loss = sum(adapted_loss(start) for _ in range(4)) / 4
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    recent += loss.item() / 100
    if step % 100 == 0:
        print(f"step {step}: loss {recent}")
        recent = 0
