"""A dict that tells its owner about every change, at any depth; reading costs what a dict's does.

Copies of it are plain dicts, pickles ordered ones.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Mapping, MutableMapping
from typing import Any, Protocol

import yaml

from weightslab.hyperparameters.values import Path, plain


class Owner(Protocol):
    """Who is told."""

    def code_sets(self, section: Section, key: Any, value: Any) -> None:
        """Code sets a key of a section."""

    def code_deletes(self, section: Section, key: Any) -> None:
        """Code deletes a key of a section."""


class Section(dict[Any, Any]):
    """One level of the hyperparameters."""

    __slots__ = ("_owner", "_path")

    def __init__(self, values: Mapping[Any, Any], owner: Owner, path: Path = ()) -> None:
        super().__init__()
        self._owner, self._path = owner, path
        for key, value in values.items():
            self.store(key, value)

    @property
    def path(self) -> Path:
        """The keys that lead here."""
        return self._path

    def store(self, key: Any, value: Any) -> None:
        """Set a key and tell nobody."""
        if isinstance(value, Mapping):
            value = Section(value, self._owner, (*self._path, key))
        dict.__setitem__(self, key, value)

    def remove(self, key: Any) -> None:
        """Delete a key and tell nobody."""
        dict.__delitem__(self, key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._owner.code_sets(self, key, value)

    def __delitem__(self, key: Any) -> None:
        self._owner.code_deletes(self, key)

    def pop(self, key: Any, *default: Any) -> Any:
        """As a dict's."""
        if key not in self and default:
            return default[0]
        value = self[key]
        del self[key]
        return value

    # These do everything through the methods above.
    popitem = MutableMapping.popitem
    clear = MutableMapping.clear
    update = MutableMapping.update
    setdefault = MutableMapping.setdefault

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        self.update(other)
        return self

    def copy(self) -> dict[Any, Any]:
        """A plain dict of the same values."""
        return dict(self)

    def __copy__(self) -> dict[Any, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[Any, Any]:
        return copy.deepcopy(plain(self), memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        # The one kind of dict that torch.load takes from a class, too, by default.
        return OrderedDict, (), None, None, iter(self.items())


def _represent(dumper: Any, section: Section) -> Any:
    return dumper.represent_dict(section.items())


for _dumper in (yaml.SafeDumper, yaml.Dumper):
    _dumper.add_multi_representer(Section, _represent)
