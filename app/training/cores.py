"""How many threads a training may use."""

import os
from pathlib import Path

MAX_THREADS = 8  # the matrices of a 2048 player are small: more threads wait more than they help
SMALL_MODEL_PARAMS = 1_000_000
_CGROUP_CPU = Path("/sys/fs/cgroup/cpu.max")  # "<quota> <period>" in microseconds, or "max ..."


def training_threads(param_count: int) -> int:
    """Threads for a model of so many parameters.

    One for a small model: measured on two shared cores, a second thread gives 1.4 times the speed
    on an idle machine and a tenth of it beside a browser, because every matrix waits for both.
    """
    return 1 if param_count < SMALL_MODEL_PARAMS else usable_cores()


def usable_cores() -> int:
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
