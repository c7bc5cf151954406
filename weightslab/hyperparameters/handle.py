"""The handle of the hyperparameters: a dict that script, file and page edit, each key by key."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment
from weightslab.hyperparameters.background import Background
from weightslab.hyperparameters.config_file import ConfigFile
from weightslab.hyperparameters.edits import Edit, edits_of_page, write_edits
from weightslab.hyperparameters.section import Section
from weightslab.hyperparameters.steering import FLEETING, check_edit, check_steering, steer
from weightslab.hyperparameters.values import (
    MISSING,
    Path,
    Source,
    as_json,
    converted,
    find,
    leaves,
    merged,
    nested,
    plain,
    same,
    shown,
    value_at,
)
from weightslab.logs import logger
from weightslab.notebook import table


class Hyperparameters(Section):
    """Reading it is reading a dict; setting a key is an edit by the script, in force at once.

    Lists are values as a whole: set a list anew to edit it.

    Attributes:
        version: grows with every change.
        registered: the values that script and file gave, without edits by script and page.
        edited: the paths of all that was edited in this run, by whomever.
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__({}, self)
        self.version = 0
        self.registered: dict[Any, Any] = {}
        self.edited: set[Path] = set()
        self._experiment = experiment
        self._lock = threading.RLock()
        self._waiting: list[Edit] = []
        self._unwritten: list[Edit] = []
        self._replayed: list[Path] = []
        self._file: ConfigFile | None = None
        self._file_values: dict[Path, Any] = {}
        self._told: set[str] = set()
        self._background = Background(self._work, "weightslab-hyperparameters")
        experiment.control.on_boundary(self._take_edits)

    def register(self, values: Mapping[Any, Any]) -> None:
        """Set what is other than at the last registration.

        Raises:
            ArgumentError, StoreError: a key means something, and this value cannot be.
        """
        for path, value in leaves(values):
            check_steering(path, value)
        is_first = not self.registered
        edits = [
            self._edit(path, value, "registered")
            for path, value in leaves(values)
            if not same(value_at(self.registered, path), value)
        ]
        # What may still be refused comes first.
        self._apply(sorted(edits, key=lambda edit: edit.path != ("root_log_dir",)))
        self.registered = merged(self.registered, values)
        if is_first:
            self.replay()

    def replay(self) -> None:
        """Apply what the page edited in former runs in this folder, where what is registered is
        still what it was then. To be called again when the folder changes.

        Raises:
            StoreDamagedError: the journal there is not what was written.
        """
        edits = [self._edit(p, value_at(self.registered, p), "registered") for p in self._replayed]
        self._replayed = []
        known = {tuple(map(str, path)): path for path, _ in leaves(self.registered)}
        for path, change in edits_of_page(self._experiment.root).items():
            if path not in known or path[0] in FLEETING:
                continue
            registered = value_at(self.registered, known[path])
            if not same(as_json(registered), change["registered"]):
                # The script or the file was changed since then, which is to be remembered.
                self._unwritten.append(self._edit(known[path], registered, "registered"))
                continue
            value = converted(registered, change["value"], shown(path))
            edits.append(self._edit(known[path], value, "registered"))
            self.edited.add(known[path])
            self._replayed.append(known[path])
            was = f"edited on the page at step {change['step']}; registered is {registered!r}"
            logger.info("%s is %r, %s.", shown(path), value, was)
        self._apply(edits)

    def follow(
        self, file: ConfigFile, values: Mapping[Any, Any], poll_interval: float | None
    ) -> None:
        """Look at this file from now on; `values` are what it says now.

        Of several ranks only rank 0 looks, and tells the others.
        """
        ranks = self._experiment.ranks
        if ranks is not None and not ranks.leads:
            return
        with self._lock:
            self._file, self._file_values = file, dict(leaves(values))
        self._background.interval = poll_interval
        if poll_interval is not None:
            self._background.wake()

    def set_from_page(self, name: str, value: Any) -> None:
        """An edit by a person: checked, on disk when this returns, in force at the next boundary.

        Args:
            name: "optimizer.lr"; a section takes a dict of some of its keys.
            value: of the type that is there, see `converted`.

        Raises:
            UnknownNameError: there is no such key.
            ArgumentError: it does not fit; nothing is changed.
            OSError: the journal cannot be written; nothing is changed.
        """
        with self._lock:
            wanted = self.wanted()
            path = find(wanted, name)
            edits = []
            for below, entry in leaves(value) if isinstance(value, Mapping) else [((), value)]:
                full = find(wanted, shown((*path, *below)))
                fitting = converted(value_at(wanted, full), entry, shown(full))
                check_edit(full, fitting)
                edits.append(self._edit(full, fitting, "page"))
            if not edits:
                return
            write_edits(self._experiment.journal, self._unwritten + edits)
            self._unwritten.clear()
            self._waiting.extend(edits)
        control = self._experiment.control
        if control.between_steps():
            self._take_edits(self._experiment.step)
        else:
            control.attend()

    def wanted(self) -> dict[Any, Any]:
        """The values, with those edits that come into force at the next boundary."""
        with self._lock:
            values: dict[Any, Any] = plain(self)
            for edit in self._waiting:
                values = merged(values, nested(edit.path, edit.value))
            return values

    def flat(self) -> dict[str, Any]:
        """`wanted` as names such as "optimizer.lr" and values as JSON holds them."""
        return {shown(path): as_json(value) for path, value in leaves(self.wanted())}

    def reflect(self, key: str, value: Any) -> None:
        """Set a key, if there is one, to what holds now; nobody's edit."""
        with self._lock:
            if key in self:
                self.store(key, value)

    def code_sets(self, section: Section, key: Any, value: Any) -> None:
        """The script sets a key: at once, as in any dict.

        Raises:
            ArgumentError, StoreError: the key means something, and this value cannot be.
        """
        path = (*section.path, key)
        if same(section.get(key, MISSING), value):
            return
        check_steering(path, value)
        self._apply([self._edit(path, value, "code")])

    def code_deletes(self, section: Section, key: Any) -> None:
        """The script deletes a key.

        Raises:
            KeyError: it is not there.
        """
        with self._lock:
            section.remove(key)
            self.version += 1

    def _repr_html_(self) -> str:
        return table(f"hyperparameters of {self._experiment.name}", self.flat().items())

    def look_at_file(self) -> None:
        """Take over what changed in the file since the last look, if all of it can be."""
        file = self._file
        if file is None or not file.has_changed():
            return
        try:
            values = file.read(may_be_empty=False)
            with self._lock:
                edits = self._edits_of_file(values)
                self._file_values = dict(leaves(values))
                self._waiting.extend(edits)
        except (OSError, ArgumentError) as error:
            self._tell_once("The former hyperparameters are kept", error)
            return
        self._told.clear()
        if edits:
            self._experiment.control.attend()

    def write_edits(self) -> None:
        """Bring the edits of script and file to the journal, once training has begun: until then
        the folder may still be named.

        Raises:
            OSError: the journal cannot be written; they are kept for the next call.
        """
        experiment = self._experiment
        with self._lock:
            if self._unwritten and (experiment.step > 0 or experiment.uses("journal")):
                write_edits(experiment.journal, self._unwritten)
                self._unwritten.clear()

    def close(self) -> None:
        """Stop looking at the file; write what is unwritten, or tell why that cannot be."""
        self._background.stop()
        self._write_or_tell()

    def _work(self) -> None:
        self.look_at_file()
        self._write_or_tell()

    def _write_or_tell(self) -> None:
        try:
            self.write_edits()
        except OSError as error:
            self._tell_once("Edits of hyperparameters wait to be written", error)

    def _tell_once(self, what: str, error: Exception) -> None:
        if what not in self._told:
            self._told.add(what)
            logger.warning("%s: %s", what, error)

    def _edits_of_file(self, values: Mapping[Any, Any]) -> list[Edit]:
        wanted = self.wanted()
        edits = []
        for path, value in leaves(values):
            if same(self._file_values.get(path, MISSING), value):
                continue
            former = value_at(wanted, path)
            if former is not MISSING:
                value = converted(former, value, shown(path), widen=True)
            check_edit(path, value)
            edits.append(self._edit(path, value, "file"))
        return edits

    def _take_edits(self, step: int) -> None:
        with self._lock:
            edits, self._waiting = self._waiting, []
        self._apply(edits)

    def _edit(self, path: Path, value: Any, source: Source) -> Edit:
        former, registered = value_at(self, path), value_at(self.registered, path)
        return Edit(
            path,
            value,
            None if former is MISSING else former,
            None if registered is MISSING else registered,
            source,
            self._experiment.step,
        )

    def _apply(self, edits: list[Edit]) -> None:
        if not edits:
            return
        self._experiment.before_edit()
        for edit in edits:
            steer(self._experiment, edit.path, edit.value)
        with self._lock:
            for edit in edits:
                self._store_at(edit.path, edit.value)
                if edit.source == "file":
                    self.registered = merged(self.registered, nested(edit.path, edit.value))
                if edit.source in ("file", "code"):
                    self._unwritten.append(edit)
                if edit.source != "registered":
                    self.edited.add(edit.path)
            self.version += 1
        if self._unwritten:
            self._background.wake()

    def _store_at(self, path: Path, value: Any) -> None:
        section: Section = self
        for key in path[:-1]:
            if not isinstance(section.get(key), Section):
                section.store(key, {})
            section = section[key]
        section.store(path[-1], value)
