# Fine-tunes a ResNet-18 of PyTorch's on images in a folder for each class; the file may have another number of classes.
import pathlib
import sys

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder
from torchvision.models import resnet18

torch.manual_seed(1)
weights, folder = sys.argv[1:3]
transform = transforms.Compose([
    transforms.Resize((64, 64)),
    transforms.RandomHorizontalFlip(),
    transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
data = ImageFolder(folder, transform)

network = resnet18(num_classes=len(data.classes))
state = torch.load(weights, map_location="cpu", weights_only=True)
own = network.state_dict()
fitting = {name: value for name, value in state.items() if name in own and value.shape == own[name].shape}
missing = network.load_state_dict(fitting, strict=False).missing_keys
print(f"new: {', '.join(missing)}")
for parameter in network.layer1.parameters():
    parameter.requires_grad_(False)

loader = DataLoader(data, batch_size=8, shuffle=True, num_workers=2)
trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
optimizer = torch.optim.SGD(trained, lr=0.01, momentum=0.9)
for epoch in range(3):
    network.train()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eval()
    confusions = torch.zeros(len(data.classes), len(data.classes))
    for images, labels in loader:
        logits = network(images)
        loss = nn.functional.cross_entropy(logits, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for label, prediction in zip(labels, logits.argmax(1)):
            confusions[label, prediction] += 1
    recall = (confusions.diagonal() / confusions.sum(1)).tolist()
    print(f"epoch {epoch + 1}: accuracy {(confusions.trace() / confusions.sum()).item()}, recall {recall}")
torch.save(network.state_dict(), pathlib.Path(folder) / "resnet18.pth")
