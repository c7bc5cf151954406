"""Runs a program that must not outlive the process that asked for it.

`python process_guard.py PARENT_PID PROGRAM ARG...`. On Linux the kernel kills the program when its
parent dies, SIGKILL included (PR_SET_PDEATHSIG survives exec). Elsewhere this process stays and
kills the program when standard input, held open by the parent, ends. Standard library only, and
run by its path: it must start in milliseconds.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading

PR_SET_PDEATHSIG = 1


def guarded_command(program: list[str]) -> list[str]:
    """The command line that runs `program` under this process's life. Give it a pipe as stdin."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *program]


def die_with_parent(parent_pid: int) -> bool:
    """Asks the kernel to kill this process with its parent; False where that does not exist."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        return False
    if os.getppid() != parent_pid:  # it died before the call above
        os._exit(1)
    return True


def main(arguments: list[str]) -> int:
    """Becomes the program, or watches over it."""
    parent_pid, program = int(arguments[0]), arguments[1:]
    if die_with_parent(parent_pid):
        os.execv(program[0], program)  # noqa: S606
    child = subprocess.Popen(program, stdin=subprocess.DEVNULL)

    def end_with_stdin() -> None:
        sys.stdin.buffer.read()
        child.kill()

    threading.Thread(target=end_with_stdin, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
