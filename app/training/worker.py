"""The process that trains one run: `python -m app.training.worker --run-dir DIR --channel-fd N`.

It loads the generated model by digest, trains, and talks to the server over one socket (see
worker_channel.py). When the server is gone it writes a checkpoint and ends.
"""

import argparse
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from app.process_guard import die_with_parent
from app.training.worker_channel import WorkerChannel

FLUSH_SECONDS = 5.0
NICENESS = 5  # the server answers while the learner has the cores
TORCH_SETTINGS = {  # read when torch is loaded
    # Threads that spin while they wait take the cores from everybody.
    "OMP_WAIT_POLICY": "PASSIVE",
    # oneDNN keeps code for so many sizes of matrices. A network has some fifty; its default of
    # 1,024 costs 100 MB more for a network of experts and is no faster.
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "128",
}


def main(arguments: Sequence[str]) -> int:
    """Train one run; 0 when it ended in order, 1 when it failed."""
    die_with_parent(os.getppid())
    options = _options(arguments)
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which then says stop
    for name, value in TORCH_SETTINGS.items():
        os.environ.setdefault(name, value)
    channel = WorkerChannel(socket.socket(fileno=options.channel_fd))
    try:
        _train(options.run_dir, channel)
    except Exception as error:  # noqa: BLE001  the top level: whatever it is, the server is told
        traceback.print_exc()
        channel.send({"type": "failed", **failure(error)})
        return 1
    finally:
        channel.close(FLUSH_SECONDS)
    return 0


def _train(run_dir: Path, channel: WorkerChannel) -> None:
    # torch takes a second or two to load: only now, when the process is guarded.
    from app.training.run_folder import read_run
    from app.training.training_loop import TrainingLoop

    loop = TrainingLoop(read_run(run_dir), channel)
    signal.signal(signal.SIGTERM, loop.stop)
    loop.train()


def failure(error: Exception) -> dict[str, str]:
    """Why a run failed: one line for people and a stable code.

    Errors of this package bear their code as `code`; everything else is a crash.
    """
    first_line = (str(error).splitlines() or [""])[0][:300]
    code = getattr(error, "code", None)
    if isinstance(error, MemoryError) or "allocate memory" in first_line:
        reason = "The training ran out of memory: make the design or the minibatch smaller."
        return {"reason": reason, "code": "run.out_of_memory"}
    if isinstance(code, str):
        return {"reason": first_line, "code": code}
    reason = f"The training stopped on an error: {type(error).__name__}: {first_line}"
    return {"reason": reason, "code": "run.crashed"}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app.training.worker", description=__doc__)
    parser.add_argument("--run-dir", type=Path, required=True, help="folder with run.json")
    parser.add_argument("--channel-fd", type=int, required=True, help="socket to the server")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
