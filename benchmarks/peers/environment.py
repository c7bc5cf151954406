"""One virtual environment per peer, made once from its list of pinned requirements.

`<name>.txt` beside this file is installed as pip reads it; `<name>.alone.txt`, where there is one,
without what its packages ask for (a peer whose own requirements are too old to install, say).
All is kept in `.venv-peers/` at the repository's root, which git ignores; what belongs to a
changed list is made again.
"""

import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
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

    def install(folder: Path) -> None:
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install"]
        run_for_peer(name, [*pip, "-r", str(LISTS / f"{name}.txt")])
        alone = LISTS / f"{name}.alone.txt"
        if alone.exists():
            run_for_peer(name, [*pip, "--no-deps", "-r", str(alone)])

    return made_once(name, f"{name}*.txt", install) / "bin" / "python"


def peer_packages(name: str) -> Path:
    """A folder with nothing but the packages of `<name>.alone.txt`, to be put on a path.

    Raises:
        PeerUnavailableError: pip could not install the list.
    """
    wanted = LISTS / f"{name}.alone.txt"

    def install(folder: Path) -> None:
        pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", str(folder)]
        run_for_peer(name, [*pip, "-r", str(wanted)])

    return made_once(f"{name}-packages", wanted.name, install)


def made_once(name: str, lists: str, install: Callable[[Path], None]) -> Path:
    """The folder `.venv-peers/<name>`, filled by `install` unless that was done before.

    Args:
        lists: pattern of the files beside this one that say what belongs into it.
    """
    folder = ENVIRONMENTS / name
    wanted = "".join(path.read_text() for path in sorted(LISTS.glob(lists)))
    stamp = folder / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        started = time.monotonic()
        say(f"{name}: installing it (the first time only; some take minutes)")
        shutil.rmtree(folder, ignore_errors=True)
        install(folder)
        stamp.write_text(wanted)
        say(f"{name}: ready after {time.monotonic() - started:.0f} s")
    return folder


def run_for_peer(name: str, command: list[str]) -> None:
    """Run one step of a peer's installation.

    Raises:
        PeerUnavailableError: the command failed; with the last line that it said.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise PeerUnavailableError(f"{name}: {said[-1] if said else command[0] + ' failed'}")


def say(line: str) -> None:
    """Tell the person who waits; standard output is for results."""
    print(line, file=sys.stderr, flush=True)
