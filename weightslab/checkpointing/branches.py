"""The tree of an experiment: under which name it was recorded when, and which came from which.

A name is the experiment's hash. After a checkpoint was loaded, a hash that was recorded under
before gets a suffix, "-1" after the first load: what follows the loaded step is told apart from
what followed it then, and its parent is the branch it was loaded from.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from weightslab.errors import StoreError

if TYPE_CHECKING:
    from weightslab.experiment import Experiment

logger = logging.getLogger("weightslab")


class Branches:
    """The names of one experiment, kept in its journal.

    Attributes:
        parents: every name so far and the one it came from; None for a root.
        used: the names in the order in which they were gone to, the present one last.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._journal = experiment.journal
        self._experiment = experiment
        self.parents: dict[str, str | None] = {}
        self.used: list[str] = []
        self._loads = 0
        self._retaken: frozenset[str] = frozenset()
        self._unwritten: list[tuple[str, dict[str, Any]]] = []
        for entry in self._journal.entries():
            if entry.kind == "experiment":
                self._go_to(entry.fields["hash"], entry.fields["parent"])
            elif entry.kind == "load":
                self._loads += 1
                self._go_to(entry.fields["hash"], None)

    def enter(self, experiment_hash: str) -> str:
        """The name for this hash; it is the present one from now on."""
        name = experiment_hash
        if name in self._retaken:
            name = f"{name}-{self._loads}"
        present = self.used[-1] if self.used else None
        if name != present:
            parent = self.parents.get(name, present)
            self._write("experiment", hash=name, parent=parent, step=self._experiment.step)
            self._go_to(name, parent)
        return name

    def loaded(self, name: str, step: int) -> None:
        """A checkpoint of a name was loaded: what is recorded now is another branch."""
        self._write("load", hash=name, step=step)
        self._loads += 1
        self._go_to(name, None)
        self._retaken = frozenset(self.parents)

    def lineage(self, experiment_hash: str) -> Iterator[str]:
        """Where to look for a checkpoint: the branches of a hash, the newest first, then the
        present one, and after each what it came from."""
        own = [n for n in reversed(self.used) if n.partition("-")[0] == experiment_hash]
        seen: set[str | None] = {None}
        for begin in (*own, *self.used[-1:]):
            name: str | None = begin
            while name not in seen:
                seen.add(name)
                yield str(name)
                name = self.parents.get(str(name))

    def _go_to(self, name: str, parent: str | None) -> None:
        self.parents.setdefault(name, parent)
        if name in self.used:
            self.used.remove(name)
        self.used.append(name)

    def _write(self, kind: str, **fields: Any) -> None:
        """A full disk must not end the training: what it refuses is written with the next."""
        self._unwritten.append((kind, fields))
        try:
            while self._unwritten:
                following, held = self._unwritten[0]
                self._journal.append(following, **held)
                self._unwritten.pop(0)
        except StoreError as error:
            logger.warning("the experiment's tree is not on the disk yet: %s", error)
