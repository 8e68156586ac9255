#!/usr/bin/env python3
"""Runs a program in two processes on two hosts, which are network namespaces of this machine; between them lies a link of
some delay, loss and rate. Needs root, ip (iproute2), /dev/net/tun and Open MPI.

    sudo python3 Scripts/two_hosts.py --delay 1 --loss 0.1 --rate 1000 .build/release/TrainFeat2Seg --epochs 1
"""
import argparse, collections, fcntl, os, random, select, struct, subprocess, sys, tempfile, threading, time


class Link:
    """Two devices whose packets come out of each other, later or not at all."""

    def __init__(self, names, delay, loss, rate):
        self.delay, self.loss, self.rate = delay, loss, rate
        self.ends = [self.device(name) for name in names]
        self.queues = [collections.deque(), collections.deque()]
        self.free = [0.0, 0.0]  # when each direction has sent what it was given
        self.bytes = self.lost = 0

    @staticmethod
    def device(name):
        descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(descriptor, 0x400454CA, struct.pack("16sH22x", name.encode(), 0x1001))  # TUNSETIFF; TUN, no header
        return descriptor

    def run(self):
        while True:
            now = time.monotonic()
            due = [queue[0][0] for queue in self.queues if queue]
            wait = max(0.0, min(due) - now) if due else 1.0
            readable = select.select(self.ends, [], [], wait)[0]
            now = time.monotonic()
            for end in readable:
                self.take(self.ends.index(end), now)
            for direction, queue in enumerate(self.queues):
                while queue and queue[0][0] <= now:
                    try:
                        os.write(self.ends[1 - direction], queue.popleft()[1])
                    except OSError:
                        pass  # a full device loses packets too

    def take(self, direction, now):
        for _ in range(64):
            try:
                packet = os.read(self.ends[direction], 65536)
            except OSError:  # nothing left, or the device is gone
                return
            self.bytes += len(packet)
            if random.random() < self.loss:
                self.lost += 1
                continue
            self.free[direction] = max(now, self.free[direction]) + (len(packet) / self.rate if self.rate else 0)
            self.queues[direction].append((self.free[direction] + self.delay, packet))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--delay", type=float, default=0, help="milliseconds, each way")
    parser.add_argument("--loss", type=float, default=0, help="percent of the packets")
    parser.add_argument("--rate", type=float, default=0, help="megabits a second, each way; as fast as it goes unless given")
    parser.add_argument("program", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    def ip(*arguments):
        subprocess.run(["ip", *arguments], check=True)

    hosts = [f"sfvideo-{os.getpid()}-{side}" for side in "ab"]
    devices = [f"sfv{os.getpid()}{side}"[-15:] for side in "ab"]
    link = Link(devices, options.delay / 1000, options.loss / 100, options.rate * 1e6 / 8)
    agent = tempfile.NamedTemporaryFile("w", suffix=".sh", delete=False)
    try:
        for number, (host, device) in enumerate(zip(hosts, devices), 1):
            ip("netns", "add", host)
            ip("link", "set", device, "netns", host)
            ip("-n", host, "addr", "add", f"10.99.0.{number}/24", "dev", device)
            ip("-n", host, "link", "set", "lo", "up")
            ip("-n", host, "link", "set", device, "up")
        # What mpirun starts its other half with, instead of ssh.
        agent.write(f'#!/bin/sh\nshift\nexec ip netns exec {hosts[1]} unshare --uts sh -c "hostname other; $*"\n')
        agent.close()
        os.chmod(agent.name, 0o755)
        threading.Thread(target=link.run, daemon=True).start()
        network = "10.99.0.0/24"
        command = ["ip", "netns", "exec", hosts[0], "mpirun", "--quiet", "-n", "2", "--host", "10.99.0.1:1,10.99.0.2:1"]
        for name, value in [
            ("plm_rsh_agent", agent.name), ("oob_tcp_if_include", network), ("btl_tcp_if_include", network),
            ("btl", "tcp,self"), ("pml", "ob1"),
        ]:
            command += ["--mca", name, value]
        names = ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"]
        status = subprocess.run(
            command + options.program, env=os.environ | {name: "1" for name in names}).returncode
        print(f"{link.bytes / 1e6:.1f} MB crossed, {link.lost} packets were lost", file=sys.stderr)
        return status
    finally:
        os.unlink(agent.name)
        for host in hosts:
            subprocess.run(["ip", "netns", "del", host], check=False)


if __name__ == "__main__":
    sys.exit(main())
