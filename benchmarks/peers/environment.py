"""One virtual environment per peer, made once from its list of pinned requirements.

`<name>.txt` beside this file is installed as pip reads it; `<name>.alone.txt`, where there is one,
without what its packages ask for (a peer whose own requirements are too old to install, say).
The environments are kept in `.venv-peers/` at the repository's root, which git ignores; a changed
list makes its environment again.
"""

import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

LISTS = Path(__file__).parent
ENVIRONMENTS = LISTS.parents[1] / ".venv-peers"


class PeerUnavailableError(RuntimeError):
    """A peer cannot be installed or built on this machine; the message says why."""


def peer_python(name: str) -> Path:
    """The interpreter of a peer's environment, which is made at the first call.

    Args:
        name: the list's name without `.txt`.

    Raises:
        PeerUnavailableError: pip could not install the list.
    """
    lists = {
        LISTS / f"{name}.txt": (),
        LISTS / f"{name}.alone.txt": ("--no-deps", "--no-build-isolation"),
    }
    wanted = "".join(path.read_text() for path in lists if path.exists())
    folder = ENVIRONMENTS / name
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    started = time.monotonic()
    _say(f"{name}: making its environment (minutes, the first time only)")
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    for path, options in lists.items():
        if path.exists():
            run_for_peer(name, [str(python), "-m", "pip", "install", *options, "-r", str(path)])
    stamp.write_text(wanted)
    _say(f"{name}: ready after {time.monotonic() - started:.0f} s")
    return python


def run_for_peer(name: str, command: list[str]) -> None:
    """Run one step of a peer's installation.

    Raises:
        PeerUnavailableError: the command failed; with the last line that it said.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise PeerUnavailableError(f"{name}: {said[-1] if said else command[0] + ' failed'}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
