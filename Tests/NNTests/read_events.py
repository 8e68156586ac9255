"""Prints what TensorBoard's own reader finds in a folder: EventFileTests compares.

    python3 -m pip install tensorboard
"""

import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1])
events.Reload()
for tag in events.Tags()["scalars"]:
    print(tag, *(f"{e.step}:{float(f'{e.value:.6g}')}" for e in events.Scalars(tag)))
for tag in events.Tags()["images"]:
    image = events.Images(tag)[-1]
    print(tag, f"{image.width}x{image.height} at {image.step}")
for tag in events.Tags()["histograms"]:
    histogram = events.Histograms(tag)[-1].histogram_value
    print(tag, f"{int(histogram.num)} values from {histogram.min} to {histogram.max}, sum {histogram.sum}")
