"""A contestant of `benchmarks/env.py`: what it is, and its process, which plays when asked."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from peers.environment import PeerUnavailableError, peer_python

BENCHMARKS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Contestant:
    """A row of the table.

    Attributes:
        label: what the table calls it.
        module: what its process runs, beside this file.
        argument: told to the module.
        peer: the list of its environment; None runs in ours.
        note: what it does otherwise than the others.
    """

    label: str
    module: str
    argument: str = ""
    peer: str | None = None
    note: str = ""


class Player:
    """The process of a contestant (see `moves.serve`).

    Raises:
        PeerUnavailableError: it cannot be installed, built or started here.
    """

    def __init__(self, contestant: Contestant) -> None:
        self.contestant = contestant
        python = peer_python(contestant.peer) if contestant.peer else Path(sys.executable)
        path = os.pathsep.join([str(BENCHMARKS), str(BENCHMARKS.parent)])
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  as long as the process
        self._process = subprocess.Popen(
            [str(python), "-m", f"peers.{contestant.module}", contestant.argument],
            env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
        )
        self._answer()

    def rate(self, batch: int, seconds: float) -> float | None:
        """Moves per CPU second, measured now; None where it has no such batch.

        Raises:
            PeerUnavailableError: it failed.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([batch, seconds]) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
        self._said.close()

    def _answer(self) -> float | None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                answer = json.loads(line)
            except json.JSONDecodeError:
                continue  # what a library prints
            return answer if isinstance(answer, float) else None
        self._process.wait()
        self._said.seek(0)
        lines = self._said.read().split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "ended without a word")
        raise PeerUnavailableError(f"{self.contestant.label}: {last}")
