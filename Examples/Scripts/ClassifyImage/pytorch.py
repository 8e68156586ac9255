# Says what an image shows, and how long the network took: for one image at a time, on as many threads as is best.
import statistics
import sys
import time

import numpy as np
import torch
from PIL import Image
from torchvision.models import resnet18

weights, file = sys.argv[1:3]
if len(sys.argv) > 3:
    torch.set_num_threads(int(sys.argv[3]))
state = torch.load(weights, map_location="cpu", weights_only=True)
classes = len(state["fc.bias"])
network = resnet18(num_classes=classes)
network.load_state_dict(state)
network.eval()

image = Image.open(file).convert("RGB").resize((64, 64), Image.BOX)
pixels = torch.from_numpy(np.array(image)).permute(2, 0, 1) / 255
mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
x = ((pixels - mean[:, None, None]) / deviation[:, None, None]).unsqueeze(0)
with torch.inference_mode():
    probabilities, labels = network(x).softmax(1)[0].topk(min(3, classes))
    for probability, label in zip(probabilities.tolist(), labels.tolist()):
        print(f"class {label}: {probability}")
    times = []
    for _ in range(20):
        start = time.perf_counter()
        network(x)
        times.append(time.perf_counter() - start)
print(f"median {1000 * statistics.median(times):.1f} ms with {torch.get_num_threads()} threads")
