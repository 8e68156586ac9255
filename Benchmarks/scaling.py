#!/usr/bin/env python3
"""The time of a training step on many nodes, on paper: from the times of one node's step, and the latency and bandwidth of
the links. What is assumed stands in Documentation/Distributed.md.

    python3 Benchmarks/scaling.py --forward 95 --backward 185 --megabytes 1.93
"""
import argparse
from math import ceil, log2

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--forward", type=float, required=True, help="ms of the forward pass")
parser.add_argument("--backward", type=float, required=True, help="ms of the way back")
parser.add_argument("--optimizer", type=float, default=1, help="ms of the optimiser's step")
parser.add_argument("--megabytes", type=float, required=True, help="gradients of all parameters, float32")
parser.add_argument("--latency", type=float, default=30, help="µs of a message between nodes")
parser.add_argument("--bandwidth", type=float, default=1.1, help="GB/s of a node's link, each way")
parser.add_argument("--host-bandwidth", type=float, default=3, help="GB/s of an all-reduce within a node")
parser.add_argument("--reduction", type=float, default=5, help="GB/s at which gradients are packed, added and unpacked")
parser.add_argument("--per-node", type=int, default=1, help="processes on a node")
parser.add_argument("--norms", type=int, default=0, help="batch norms that are synchronised")
parser.add_argument("--slower", type=float, default=0, help="percent by which the slowest of 2 nodes is behind, times log2 n")
options = parser.parse_args()

latency, bandwidth = options.latency * 1e-6, options.bandwidth * 1e9
BUCKETS = [1 << 20, 25 << 20]  # the first, the others


def buckets(size):
    sizes = [min(size, BUCKETS[0])]
    while sum(sizes) < size:
        sizes.append(min(size - sum(sizes), BUCKETS[1]))
    return sizes


def ring(n, size):
    return 2 * (n - 1) * (latency + size / n / bandwidth)


def halving(n, size):
    """Reduce-scatter by halving, all-gather by doubling (Rabenseifner), what Open MPI takes for 4 processes and more."""
    return 2 * ceil(log2(n)) * latency + 2 * (n - 1) / n * size / bandwidth


def tree(n, size):
    """Up a binomial tree and down: Open MPI below 64 KiB."""
    return 2 * ceil(log2(n)) * (latency + size / bandwidth)


def flat(algorithm, n, size):
    """All processes of a node send over its one link."""
    return algorithm(n * options.per_node, size * (options.per_node if options.per_node > 1 else 1))


def hierarchical(algorithm, n, size):
    """Within each node, then between one process of each, then back."""
    within = 2 * size / (options.host_bandwidth * 1e9) if options.per_node > 1 else 0
    return within + algorithm(n, size)


def step(n, reduce, overlapped):
    size = options.megabytes * 1e6
    waiting = (1 + options.slower / 100 * log2(n))
    forward, backward = options.forward * waiting / 1e3, options.backward * waiting / 1e3
    copies = 3 * size / (options.reduction * 1e9)
    small = (2 * options.norms + 1) * tree(n * options.per_node, 1024)
    done = sent = 0.0
    for part in buckets(size):
        done += part / size * backward
        sent = max(sent, done if overlapped else backward) + reduce(n, part)
    return forward + max(sent, backward) + copies + small + options.optimizer / 1e3


alone = (options.forward + options.backward + options.optimizer) / 1e3
print(f"one node: {1e3 * alone:.0f} ms a step; {options.megabytes:g} MB of gradients in "
      f"{len(buckets(options.megabytes * 1e6))} buckets")
columns = [
    ("ring", lambda n, s: flat(ring, n, s), False), ("halving", lambda n, s: flat(halving, n, s), False),
    ("halving, overlapped", lambda n, s: flat(halving, n, s), True),
]
if options.per_node > 1:
    columns.append(("hierarchical, overlapped", lambda n, s: hierarchical(halving, n, s), True))
print("| nodes | " + " | ".join(name for name, _, _ in columns) + " | efficiency |")
print("|---" * (len(columns) + 2) + "|")
for n in [2 ** k for k in range(1, 11)]:
    times = [step(n, reduce, overlapped) for _, reduce, overlapped in columns]
    print(f"| {n} | " + " | ".join(f"{1e3 * t:.0f} ms" for t in times) + f" | {100 * alone / times[-1]:.0f} % |")
