# A classifier of one's own arrays: images.npy, bytes [N, H, W], and labels.npy, whole numbers [N].
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(1)
folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
images = torch.from_numpy(np.load(folder / "images.npy")).float().unsqueeze(1) / 255
labels = torch.from_numpy(np.load(folder / "labels.npy")).long()
classes = int(labels.max()) + 1
held, kept = random_split(TensorDataset(images, labels), [len(labels) // 5, len(labels) - len(labels) // 5])

model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(),
    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.1), nn.Linear(32, classes))
print(model)
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
for epoch in range(1, 11):
    model.train()
    for x, y in DataLoader(kept, batch_size=32, shuffle=True):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        x, y = held[:]
        accuracy = (model(x).argmax(1) == y).float().mean().item()
    print(f"epoch {epoch}: accuracy {accuracy}")
torch.save(model.state_dict(), folder / "classifier.pth")
