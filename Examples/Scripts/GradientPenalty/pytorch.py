# A Wasserstein GAN with gradient penalty (Gulrajani et al. 2017) that learns points on a circle.
import math

import torch
from torch import nn

torch.manual_seed(1)
width, batch = 32, 64
generator = nn.Sequential(
    nn.Linear(4, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 2))
critic = nn.Sequential(nn.Linear(2, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, 1))
generating = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0, 0.9))
judging = torch.optim.Adam(critic.parameters(), lr=5e-3, betas=(0, 0.9))


def noise():
    return torch.randn(batch, 4)


def circle():
    angles = 2 * math.pi * torch.rand(batch, 1)
    return torch.cat([angles.cos(), angles.sin()], 1)


for step in range(1, 401):
    for _ in range(3):
        with torch.no_grad():
            fake = generator(noise())
        real, share = circle(), torch.rand(batch, 1)
        between = (share * real + (1 - share) * fake).requires_grad_()
        slope, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        penalty = (slope.norm(dim=1) - 1).square().mean()
        loss = critic(fake).mean() - critic(real).mean() + penalty
        judging.zero_grad()
        loss.backward()
        judging.step()
    loss = -critic(generator(noise())).mean()
    generating.zero_grad()
    loss.backward()
    generating.step()
    if step % 100 == 0:
        with torch.no_grad():
            radii = generator(noise()).norm(dim=1)
        print(f"step {step}: radius {radii.mean().item()} ± {radii.std().item()}")
