"""How a Python side of bench/train-step.ts takes its turns."""
import sys
import time


def take_turns(step):
    """Says "ready"; then each line on stdin is a count of steps, answered by their seconds and the peak of memory in bytes."""
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        for _ in range(int(line)):
            step()
        print(time.perf_counter() - start, peak(), flush=True)


def peak():
    """The most memory that the process ever held, in bytes. Known on Linux only."""
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0
