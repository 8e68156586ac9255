# Refines a method's masks of a video, one PNG for each frame, along its motion, and draws them over it.
import pathlib
import sys

import cv2
import numpy as np
import torch
from torch.nn import functional

video, masks, output = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
frames, capture = [], cv2.VideoCapture(video)
while (read := capture.read())[0]:
    frames.append(read[1])
files = sorted(masks.glob("*.png"))
found = np.stack([cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) for file in files]) / np.float32(255)

grey = [cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY) for frame in frames]
dis = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
flows = {+1: {t: torch.from_numpy(dis.calc(grey[t], grey[t + 1], None)) for t in range(len(frames) - 1)},
         -1: {t: torch.from_numpy(dis.calc(grey[t], grey[t - 1], None)) for t in range(1, len(frames))}}
lab = np.stack([cv2.cvtColor(frame.astype(np.float32) / 255, cv2.COLOR_BGR2LAB) for frame in frames])
features = torch.from_numpy(lab).permute(0, 3, 1, 2) / 100
height, width = grey[0].shape
rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
here = torch.stack([columns, rows], -1).float()


def sample(image, positions):
    """Values of [C, H, W] at positions [H, W, 2] in pixels, and whether these lie in the frame."""
    size = torch.tensor([width, height])
    grid = 2 * (positions + 0.5) / size - 1
    inside = ((positions > -0.5) & (positions < size - 0.5)).all(-1)
    return functional.grid_sample(image[None], grid[None], mode="nearest", align_corners=False)[0], inside


def neighbours(t):
    """Of the pixels of frame t: other frames, the positions there, and whether the way there agrees with the way back."""
    for step in (-1, 1):
        positions, agrees = here, torch.ones(height, width)
        for distance in range(3):
            u = t + step * distance
            if not 0 <= u + step < len(frames):
                break
            flow, inside = sample(flows[step][u].permute(2, 0, 1), positions)
            positions = positions + flow.permute(1, 2, 0)
            back, arrives = sample(flows[-step][u + step].permute(2, 0, 1), positions)
            error = (flow + back).square().sum(0)
            agrees = agrees * torch.exp(-error) * inside * arrives
            yield u + step, positions, agrees
    yield t, here, torch.ones(height, width)


def links():
    """For each frame the other frames, the positions and the weights of its pixels' neighbours."""
    for t in range(len(frames)):
        found = []
        for u, positions, agrees in neighbours(t):
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    shifted = positions + torch.tensor([dx, dy])
                    there, inside = sample(features[u], shifted)
                    weight = torch.exp(-300 / 3 * (features[t] - there).square().sum(0)) * agrees * inside
                    found.append((u, shifted, weight))
        yield found


def flicker(masks):
    """How much masks [T, H, W] disagree with their neighbours in time along the flow."""
    total = 0
    for step in (-1, 1):
        for t, flow in flows[step].items():
            there, inside = sample(masks[t + step][None], here + flow)
            back, _ = sample(flows[-step][t + step].permute(2, 0, 1), here + flow)
            agrees = inside / (1 + (flow.permute(2, 0, 1) + back).square().sum(0))
            total += (agrees * (masks[t] - there[0]).abs()).sum()
    return total


steps = [0.05 + 0.9 * torch.from_numpy(found)]
graph = list(links())
for _ in range(8):
    steps.append(torch.stack([
        sum(weight * sample(steps[-1][u][None], positions)[0][0] for u, positions, weight in found)
        / sum(weight for _, _, weight in found) for found in graph]))
before, after = (flicker((x > 0.5).float()) for x in (steps[0], steps[-1]))
restart = 0.5 * (1 if before == 0 else min(1, after / before)) ** 2
x = steps[-1]
for step in reversed(steps[:-1]):
    x = restart * step + (1 - restart) * x

output.mkdir(parents=True, exist_ok=True)
for file, frame, soft in zip(files, frames, x):
    mask = (soft > 0.5).numpy()
    cv2.imwrite(str(output / file.name), mask.astype(np.uint8) * 255)
    frame[mask] = frame[mask] // 2 + np.array([0, 0, 127], np.uint8)
    cv2.imwrite(str(output / (file.stem + ".jpg")), frame)
