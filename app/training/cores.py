"""How many threads a training may use."""

import os
from pathlib import Path

MAX_THREADS = 8  # the matrices of a 2048 player are small: more threads wait more than they help
_CGROUP_CPU = Path("/sys/fs/cgroup/cpu.max")  # "<quota> <period>" in microseconds, or "max ..."


def training_threads() -> int:
    """Cores that this process may use, by affinity and container quota; at most MAX_THREADS."""
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
    return min(cores, MAX_THREADS)
