"""Hyperparameters: one dict for the script, its file and the page, each of which may edit it."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from weightslab.errors import ArgumentError
from weightslab.experiment import Experiment
from weightslab.hyperparameters.config_file import ConfigFile
from weightslab.hyperparameters.section import Section
from weightslab.hyperparameters.steering import FLEETING, check_steering, steer
from weightslab.hyperparameters.values import (
    Path,
    Source,
    as_json,
    converted,
    find,
    leaves,
    merged,
    plain,
    shown,
    value_at,
)
from weightslab.log import logger
from weightslab.store.journal import read_journal

_MISSING = object()
_TOGETHER_S = 0.2


def watch(
    experiment: Experiment,
    obj: Any,
    name: str | None,
    *,
    flag: str,
    defaults: Mapping[str, Any] | None = None,
    poll_interval: float | None = 1.0,
) -> Hyperparameters:
    """Register hyperparameters: a mapping, or the path of a YAML file that is read again when it
    changes.

    The handle is a dict, nested as they are. What is edited in the file or on the page arrives at
    the next step boundary; whoever edited a key last wins, and a key that nobody edited follows
    the others. A file that cannot be read keeps the former values and is told once. The file is
    never written to; a key that disappears from it keeps its value. What the page edited holds
    for the next start too, until the file or the script gives that key another value.

    There is one handle per experiment: registering again sets what is other than at the last
    registration. Keys that mean something: `experiment_name`, `root_log_dir`, `is_training`
    (false: paused), `auditorMode`, `pause_at_step`, and what `weightslab.watched.optimizer` says.

    Args:
        defaults: for keys that `obj` does not have, and for a file that is not there.
        poll_interval: seconds between looks at the file; None: it is read once.

    Raises:
        ArgumentError: neither mapping nor path, a file that holds no mapping, a poll interval
            that is no positive number.
        FileNotFoundError: there is no such file, and no defaults.
    """
    if poll_interval is not None and not _is_positive(poll_interval):
        raise ArgumentError(f"poll_interval is a positive number, not {poll_interval!r}.")
    if defaults is not None and not isinstance(defaults, Mapping):
        raise ArgumentError(f"defaults is a dict, not {type(defaults).__name__}.")
    file: ConfigFile | None = None
    if isinstance(obj, str | os.PathLike):
        file = ConfigFile(FilePath(obj).absolute())
        values = _first_read(file, has_defaults=defaults is not None)
    elif isinstance(obj, Mapping):
        values = plain(obj)
    else:
        raise ArgumentError(f"flag={flag!r} wants a dict or a path, not {type(obj).__name__}.")
    registered = merged(defaults or {}, values)
    for path, value in leaves(registered):
        check_steering(path, value)
    handle = experiment.hyperparameters or Hyperparameters(experiment)
    handle.register(registered)
    experiment.hyperparameters = handle
    if file is not None:
        handle.follow(file, values, poll_interval)
    return handle


@dataclass(frozen=True, slots=True)
class Edit:
    """One key that gets another value."""

    path: Path
    value: Any
    former: Any
    registered: Any
    source: Source
    step: int

    def as_json(self) -> dict[str, Any]:
        """As the journal keeps it."""
        return {
            "path": [str(key) for key in self.path],
            "value": as_json(self.value),
            "former": as_json(self.former),
            "registered": as_json(self.registered),
            "source": self.source,
            "step": self.step,
        }


class Hyperparameters(Section):
    """The handle. Reading it is reading a dict; setting a key is an edit by the script.

    Attributes:
        version: grows with every change.
        registered: the values that the script and the file gave, without edits.
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__({}, self)
        self.version = 0
        self.registered: dict[Any, Any] = {}
        self._experiment = experiment
        self._lock = threading.RLock()
        self._waiting: list[Edit] = []
        self._unwritten: list[Edit] = []
        self._replayed: list[Path] = []
        self._file: ConfigFile | None = None
        self._file_values: dict[Path, Any] = {}
        self._file_is_bad = False
        self._poll_interval: float | None = None
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False
        experiment.control.on_boundary(self._take_edits)

    def register(self, values: Mapping[Any, Any]) -> None:
        """Set what is other than at the last registration."""
        edits = [
            self._edit(path, value, "registered")
            for path, value in leaves(values)
            if not _same(_value(self.registered, path), value)
        ]
        self.registered = merged(self.registered, values)
        self._apply(edits)
        if edits:
            self.replay()

    def replay(self) -> None:
        """Apply what the page edited in former runs in this folder, where what is registered is
        still what it was then. Called again when the folder changes.

        Raises:
            StoreDamagedError: the journal there is not what was written.
        """
        back = [self._edit(p, _value(self.registered, p), "registered") for p in self._replayed]
        known = {tuple(map(str, path)): path for path, _ in leaves(self.registered)}
        edits = []
        for path, change in _page_edits(self._experiment.root).items():
            if path not in known or path[0] in FLEETING:
                continue
            edit = self._edit(known[path], change["value"], "registered")
            if _same(as_json(edit.registered), change["registered"]):
                edits.append(edit)
                logger.info(
                    "%s is %r, edited on the page at step %d; registered is %r.",
                    *(shown(path), edit.value, change["step"], edit.registered),
                )
            else:  # the script or the file was changed since then
                self._unwritten.append(replace(edit, value=edit.registered))
        self._replayed = [edit.path for edit in edits]
        self._apply(back + edits)

    def follow(
        self, file: ConfigFile, values: Mapping[Any, Any], poll_interval: float | None
    ) -> None:
        """Look at this file from now on; `values` are what it says now."""
        with self._lock:
            self._file, self._file_values = file, dict(leaves(values))
            self._poll_interval = poll_interval
        if poll_interval is not None:
            self._start()

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
                _check_edit(full, fitting)
                edits.append(self._edit(full, fitting, "page"))
            self._write(self._unwritten + edits)
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
                values = merged(values, _nested(edit.path, edit.value))
            return values

    def flat(self) -> dict[str, Any]:
        """`wanted` as names such as "optimizer.lr" and values as JSON holds them."""
        return {shown(path): as_json(value) for path, value in leaves(self.wanted())}

    def reflect(self, key: str, value: Any) -> None:
        """Set a key that is there to what holds now; no edit of anybody's."""
        with self._lock:
            if key in self and self[key] != value:
                self.store(key, value)
                self.version += 1

    def code_sets(self, section: Section, key: Any, value: Any) -> None:
        """The script sets a key: at once, as in any dict.

        Raises:
            ArgumentError, StoreError: the key means something, and this value cannot be.
        """
        path = (*section.path, key)
        if _same(section.get(key, _MISSING), value):
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

    def write_changes(self) -> None:
        """Bring the edits of script and file to the journal.

        Raises:
            OSError: the journal cannot be written; they are kept for the next call.
        """
        experiment = self._experiment
        with self._lock:
            # Until training has begun, the folder may still be named.
            if self._unwritten and (experiment.step > 0 or experiment.uses("journal")):
                self._write(self._unwritten)
                self._unwritten.clear()

    def close(self) -> None:
        """Stop looking at the file; write what is unwritten.

        Raises:
            OSError: the journal cannot be written.
        """
        self._closed = True
        self._wake.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self.write_changes()

    def look_at_file(self) -> None:
        """Take over what changed in the file since the last look."""
        with self._lock:
            if self._file is None or not self._file.has_changed():
                return
            try:
                values = self._file.read(may_be_empty=False)
                edits = self._edits_of_file(values)
            except (OSError, ArgumentError) as error:
                if not self._file_is_bad:
                    logger.warning("The former hyperparameters are kept: %s", error)
                self._file_is_bad = True
                return
            self._file_is_bad = False
            self._file_values = dict(leaves(values))
            self._waiting.extend(edits)
        if edits:
            self._experiment.control.attend()

    def _edits_of_file(self, values: Mapping[Any, Any]) -> list[Edit]:
        wanted = self.wanted()
        edits = []
        for path, value in leaves(values):
            if path in self._file_values and _same(self._file_values[path], value):
                continue
            former = _value(wanted, path)
            if former is not _MISSING:
                value = converted(former, value, shown(path), widen=True)
            _check_edit(path, value)
            edits.append(self._edit(path, value, "file"))
        return edits

    def _take_edits(self, step: int) -> None:
        with self._lock:
            edits, self._waiting = self._waiting, []
            self._apply(edits)

    def _edit(self, path: Path, value: Any, source: Source) -> Edit:
        former, registered = _value(self, path), _value(self.registered, path)
        return Edit(
            path,
            value,
            None if former is _MISSING else former,
            None if registered is _MISSING else registered,
            source,
            self._experiment.step,
        )

    def _apply(self, edits: list[Edit]) -> None:
        if not edits:
            return
        if self._experiment.uses("recorder"):  # what was recorded so far belongs to former values
            self._experiment.recorder.drain()
        with self._lock:
            for edit in edits:
                section: Section = self
                for key in edit.path[:-1]:
                    if not isinstance(section.get(key), Section):
                        section.store(key, {})
                    section = section[key]
                section.store(edit.path[-1], edit.value)
                if edit.source == "file":
                    self.registered = merged(self.registered, _nested(edit.path, edit.value))
                if edit.source in ("file", "code"):
                    self._unwritten.append(edit)
            self.version += 1
        for edit in edits:
            steer(self._experiment, edit.path, edit.value)
        if self._unwritten:
            self._start()
            self._wake.set()

    def _write(self, edits: list[Edit]) -> None:
        self._experiment.journal.append(
            "hyperparameters", changes=[edit.as_json() for edit in edits]
        )

    def _start(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(
                target=self._run, name="weightslab-hyperparameters", daemon=True
            )
            self._thread.start()

    def _run(self) -> None:
        told = False
        while not self._closed:
            self._wake.wait(self._poll_interval)
            self._wake.clear()
            self.look_at_file()
            try:
                self.write_changes()
                told = False
            except OSError as error:
                if not told:
                    logger.warning("Edits of hyperparameters wait to be written: %s", error)
                told = True
            if self._poll_interval is None:
                # Edits that follow each other closely are written together.
                threading.Event().wait(_TOGETHER_S)


def _page_edits(root: str) -> dict[tuple[str, ...], dict[str, Any]]:
    """The last edit of each key by the page that nothing else took the place of."""
    edits: dict[tuple[str, ...], dict[str, Any]] = {}
    for entry in read_journal(root):
        for change in entry.fields["changes"] if entry.kind == "hyperparameters" else ():
            path = tuple(change["path"])
            if change["source"] == "page":
                edits[path] = change
            elif change["source"] in ("file", "registered"):
                edits.pop(path, None)
    return edits


def _first_read(file: ConfigFile, *, has_defaults: bool) -> dict[Any, Any]:
    try:
        return file.read()
    except FileNotFoundError:
        if has_defaults:
            return {}
        raise


def _check_edit(path: Path, value: Any) -> None:
    check_steering(path, value)
    if path == ("root_log_dir",):
        raise ArgumentError("root_log_dir is the script's: it cannot be edited while it runs.")


def _same(one: Any, other: Any) -> bool:
    return one is other or (type(one) is type(other) and bool(as_json(one) == as_json(other)))


def _value(values: Mapping[Any, Any], path: Path) -> Any:
    try:
        return value_at(values, path)
    except KeyError:
        return _MISSING


def _nested(path: Path, value: Any) -> dict[Any, Any]:
    for key in reversed(path):
        value = {key: value}
    return dict(value)


def _is_positive(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and value > 0  # type: ignore[arg-type, operator]
