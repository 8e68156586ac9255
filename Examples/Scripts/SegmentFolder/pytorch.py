# Segmentation of a folder with images/*.jpg and masks/*.png of the same names: a loss of one's own, gradients
# accumulated over two batches and clipped, averaged weights; run again, it goes on where it stopped.
import pathlib
import sys

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader, Dataset, Subset
from torch.utils.tensorboard import SummaryWriter

torch.manual_seed(1)
folder = pathlib.Path(sys.argv[1])
epochs = int(sys.argv[2]) if len(sys.argv) > 2 else 20


class Folder(Dataset):
    def __init__(self):
        self.images = sorted((folder / "images").iterdir())

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        file = self.images[index]
        image = Image.open(file).convert("RGB").resize((64, 64), Image.BOX)
        mask = Image.open(folder / "masks" / (file.stem + ".png")).convert("L").resize((64, 64), Image.NEAREST)
        image = torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255
        return image, torch.from_numpy(np.array(mask) >= 128)[None].float()


class Block(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU())


class UNet(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.encoder = nn.ModuleList(Block(i, o) for i, o in zip([3] + widths, widths))
        self.decoder = nn.ModuleList(Block(i + o, o) for i, o in zip(widths[:0:-1], widths[-2::-1]))
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x):
        skips = []
        for level, block in enumerate(self.encoder):
            x = block(nn.functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for block, skip in zip(self.decoder, skips[-2::-1]):
            up = nn.functional.interpolate(x, skip.shape[2:], mode="bilinear", align_corners=True)
            x = block(torch.cat([skip, up], 1))
        return self.head(x)


def criterion(logits, truth):
    """Cross-entropy, and a Tversky loss that minds what is missed."""
    p, axes = logits.sigmoid(), (1, 2, 3)
    hit, missed = (p * truth).sum(axes), ((1 - p) * truth).sum(axes)
    tversky = 1 - (hit + 1) / (hit + 0.7 * missed + 0.3 * (p * (1 - truth)).sum(axes) + 1)
    return nn.functional.binary_cross_entropy_with_logits(logits, truth) + tversky.mean()


network = UNet([8, 16, 32])
average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(0.9), use_buffers=True)
optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
data = Folder()
held = len(data) // 5
loader = DataLoader(Subset(data, range(held, len(data))), batch_size=4, shuffle=True, num_workers=2)
output = folder / "run"
output.mkdir(exist_ok=True)
writer = SummaryWriter(output)
parts = {"network": network, "average": average, "optimizer": optimizer, "schedule": schedule}
first, best = 0, -1.0
if (output / "last.pth").exists():
    checkpoint = torch.load(output / "last.pth", weights_only=True)
    for name, part in parts.items():
        part.load_state_dict(checkpoint[name])
    first, best = checkpoint["epoch"], checkpoint["best"]
    torch.set_rng_state(checkpoint["random"])
for epoch in range(first, epochs):
    network.train()
    for index, (images, masks) in enumerate(loader):
        (criterion(network(images), masks) / 2).backward()
        if index % 2 == 1 or index + 1 == len(loader):
            nn.utils.clip_grad_norm_(network.parameters(), 1)
            optimizer.step()
            optimizer.zero_grad()
            average.update_parameters(network)
    schedule.step()
    average.eval()
    common = union = 0
    with torch.no_grad():
        for index in range(held):
            image, mask = data[index]
            found = average(image[None])[0] > 0
            common += (found & (mask > 0)).sum().item()
            union += (found | (mask > 0)).sum().item()
    iou = common / union
    print(f"epoch {epoch + 1}/{epochs}  val_iou {iou:.4f}")
    writer.add_scalar("val_iou", iou, epoch)
    if iou > best:
        best = iou
        torch.save(average.module.state_dict(), output / "model.pth")
    checkpoint = {name: part.state_dict() for name, part in parts.items()}
    torch.save({**checkpoint, "epoch": epoch + 1, "best": best, "random": torch.get_rng_state()}, output / "last.pth")
