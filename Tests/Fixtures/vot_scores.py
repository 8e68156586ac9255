"""Writes vot_scores.json: overlaps and scores as the public toolkits of the VOT challenges compute them.

    git clone https://github.com/StrangerZhang/pysot-toolkit
    (cd pysot-toolkit/pysot/utils && python3 setup.py build_ext --inplace)
    python3 -m pip install vot-toolkit==0.9.0 numba cython opencv-python-headless
    PYTHONPATH=pysot-toolkit python3 Tests/Fixtures/vot_scores.py

Regions and trackers are drawn at random; the trackers follow their targets with noise, and now and then drift off.
"""

import json
import math
import pathlib
import random
import tempfile
import types

import cv2
import numpy as np
from pysot.evaluation import AccuracyRobustnessBenchmark, EAOBenchmark
from pysot.utils.region import vot_overlap
from vot.analysis.multistart import AccuracyRobustness, AverageAccuracyRobustness, EAOCurve, EAOCurves
from vot.dataset.common import read_sequence
from vot.region import Mask, Polygon, Rectangle, Special, calculate_overlap
from vot.region.io import parse_region
from vot.tracker import Results
from vot.workspace.storage import LocalStorage

draw = random.Random(2018)
size = (120, 90)  # width, height
low, high = 20, 70


def text(numbers):
    return ",".join(f"{number:.1f}" for number in numbers)


def polygon(x, y, width, height, angle):
    turned = []
    for dx, dy in [(-1, -1), (1, -1), (1, 1), (-1, 1)]:
        u, v = dx * width / 2, dy * height / 2
        turned += [x + u * math.cos(angle) - v * math.sin(angle), y + u * math.sin(angle) + v * math.cos(angle)]
    return turned


def any_shape(kind):
    x, y = draw.uniform(-20, size[0] + 20), draw.uniform(-20, size[1] + 20)
    width, height = draw.uniform(0.2, 60), draw.uniform(0.2, 60)
    if kind == "box":
        return text([x, y, width, height])
    if kind == "polygon":
        return text(polygon(x, y, width, height, draw.uniform(0, 6)))
    if kind == "odd":
        return text([draw.uniform(0, 100) for _ in range(2 * draw.randint(3, 7))])
    mask = np.zeros((draw.randint(2, 30), draw.randint(2, 30)), np.uint8)
    cv2.circle(mask, (mask.shape[1] // 2, mask.shape[0] // 2), draw.randint(1, 12), 1, -1)
    return str(Mask(mask, offset=(int(x), int(y))))


def near(shape):
    """The same box or polygon, a little elsewhere."""
    return text([float(number) + draw.uniform(-6, 6) for number in shape.split(",")])


def numbers(shape):
    return tuple(map(float, shape.split(",")))


def overlaps():
    cases = []
    for index in range(90):
        a = any_shape(["box", "polygon", "odd", "mask"][index % 4])
        isMask = a[0] == "m"
        b = near(a) if index % 3 > 0 and not isMask else any_shape(["box", "polygon", "mask"][draw.randrange(3)])
        toolkit = calculate_overlap(parse_region(a), parse_region(b), size)
        library = None
        if a[0] != "m" and b[0] != "m":
            library = vot_overlap(numbers(a), numbers(b), (size[0] - 1, size[1] - 1))
        cases.append({"a": a, "b": b, "toolkit": toolkit, "library": library if library == library else None})
    return cases


def truth(length):
    phase = draw.uniform(0, 6)
    return [
        text(polygon(60 + 30 * math.sin(phase + t / 12), 45 + 20 * math.cos(phase + t / 9), 28, 20, t / 25))
        for t in range(length)
    ]


class Follower:
    """A tracker that drifts further off from frame to frame, and may lose its target."""

    def __init__(self, risk):
        self.risk, self.offset = risk, 0.0

    def __call__(self, shape):
        self.offset = 1000 if draw.random() < self.risk else self.offset + draw.uniform(-0.2, 0.8)
        moved = [float(number) + self.offset for number in shape.split(",")]
        if draw.random() < 0.3:
            xs, ys = moved[0::2], moved[1::2]
            return text([min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)])
        return text(moved)


def reset_run(shapes):
    entries, frame = ["0"] * len(shapes), 0
    while frame < len(shapes):
        entries[frame] = "1"
        follow = Follower(0.02)
        for frame in range(frame + 1, len(shapes) + 1):
            if frame == len(shapes):
                return entries
            region = follow(shapes[frame])
            if vot_overlap(numbers(region), numbers(shapes[frame]), (size[0] - 1, size[1] - 1)) <= 0:
                entries[frame] = "2"
                break
            entries[frame] = region
        frame += 5
    return entries


def reset():
    sequences = []
    for index, length in enumerate([45, 60, 83]):
        shapes = truth(length)
        # One that fails in the last frames.
        runs = [reset_run(shapes) for _ in range(2)]
        if index == 1:
            runs[0] = ["1"] + shapes[1:-3] + ["2", "0", "0"]
        sequences.append({"truth": shapes, "runs": runs})
    videos = [
        types.SimpleNamespace(
            name=str(index), gt_traj=[numbers(shape) for shape in sequence["truth"]],
            pred_trajs={"tracker": [[numbers(entry) for entry in run] for run in sequence["runs"]]},
            width=size[0], height=size[1],
            select_tag=lambda tag, start, end, count=len(sequence["truth"]): ([1] * count)[start:end])
        for index, sequence in enumerate(sequences)
    ]

    class Dataset(list):
        name = "VOT2018"

        def __getitem__(self, index):
            return super().__getitem__(int(index))

    dataset = Dataset(videos)
    overlaps, failures = AccuracyRobustnessBenchmark(dataset)._calculate_accuracy_robustness("tracker")
    benchmark = EAOBenchmark(dataset)
    benchmark.low, benchmark.high = low, high
    pooled = [overlap for frames in overlaps.values() for overlap in frames]
    lost = np.mean(np.sum(list(failures.values()), axis=0))
    return {
        "sequences": sequences, "accuracy": float(np.nanmean(pooled)), "failures": float(lost),
        "robustness": float(100 * lost / len(pooled)), "eao": float(benchmark.eval("tracker")["tracker"]["all"]),
    }


def multi_start(folder):
    sequences, read = [], []
    for index, (length, anchors) in enumerate([(50, [0, 20, -49]), (75, [0, -40, -74]), (90, [0, -89])]):
        shapes = truth(length)
        if index == 2:
            shapes[30:36] = ["0"] * 6
        home = folder / str(index)
        (home / "color").mkdir(parents=True)
        for frame in range(length):
            cv2.imwrite(str(home / f"color/{frame + 1:08d}.jpg"), np.zeros((size[1], size[0], 3), np.uint8))
        (home / "groundtruth.txt").write_text("\n".join(shapes) + "\n")
        (home / "sequence").write_text(f"channels.color=color/%08d.jpg\nfps=30\nformat=default\nname={index}\n")
        value = [0] * length
        runs = {}
        for anchor in anchors:
            value[abs(anchor)] = -1 if anchor < 0 else 1
            order = range(abs(anchor), -1, -1) if anchor < 0 else range(anchor, length)
            follow = Follower(0.01)
            regions = ["1"] + [follow(shapes[frame]) if shapes[frame] != "0" else "0" for frame in order][1:]
            runs[abs(anchor)] = regions
            results = folder / f"results/{index}"
            results.mkdir(parents=True, exist_ok=True)
            (results / f"{index}_{abs(anchor):08d}.txt").write_text("\n".join(regions) + "\n")
        (home / "anchor.value").write_text("\n".join(map(str, value)) + "\n")
        sequences.append({"truth": shapes, "anchors": value, "runs": runs})
        read.append(read_sequence(str(home)))
    storage = LocalStorage(str(folder / "results"))
    experiment = types.SimpleNamespace(
        anchor="anchor", results=lambda _, sequence: Results(storage.substorage(sequence.name)))
    ar, curves = AccuracyRobustness(), EAOCurves(high=high)
    parts = [ar.subcompute(experiment, None, sequence, []) for sequence in read]
    accuracy, robustness, *_ = AverageAccuracyRobustness().aggregate(None, read, parts)
    parts = [curves.subcompute(experiment, None, sequence, []) for sequence in read]
    curve, = EAOCurve(high=high, curves=curves).aggregate(None, read, parts)
    return {
        "sequences": sequences, "accuracy": float(accuracy), "robustness": float(robustness),
        "curve": [float(value) for value in curve], "eao": float(np.mean(curve[low:high + 1])),
    }


with tempfile.TemporaryDirectory() as folder:
    fixture = {
        "size": size, "lengths": [low, high], "overlaps": overlaps(), "reset": reset(),
        "multiStart": multi_start(pathlib.Path(folder)),
    }
(pathlib.Path(__file__).parent / "vot_scores.json").write_text(json.dumps(fixture, indent=0) + "\n")
