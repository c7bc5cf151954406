"""How many cores a training may use, and how it shares them."""

import os
from pathlib import Path

SHARDS = 2
"""Parts that every training on a CPU is cut into, whatever the machine: what is learnt depends on
it, so it is no question of cores. With one core the parts are computed one after the other, with
two each in a process of its own (crew.py). Two threads in each matrix, which torch offers, gave 1.4
times for a small model on an idle machine, and a tenth beside a browser, because every matrix waits
for both."""

_CGROUP_CPU = Path("/sys/fs/cgroup/cpu.max")  # "<quota> <period>" in microseconds, or "max ..."


def usable_cores() -> int:
    """Cores that this process may use, by affinity and container quota."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    try:
        quota, period = _CGROUP_CPU.read_text().split()
    except (OSError, ValueError):
        quota, period = "max", "1"
    if quota != "max":
        cores = min(cores, max(1, round(int(quota) / int(period))))
    return cores
