"""What a script may call a sample: integers or texts, alone or in any kind of sequence.

The canonical form is text: 7, tensor(7) and "7" are the same sample. Integers are kept as integers
as long as possible, since most are found by arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from weightslab.errors import SampleIdError

Ids = NDArray[np.int64] | list[str]
_EXPECTED = "give integers or texts, all of one kind"


def as_ids(given: Any) -> Ids:
    """The ids of a call, as one array of integers or one list of texts.

    Args:
        given: a tensor, array, series, list, tuple or set of integers or of texts, or one id.

    Raises:
        SampleIdError: of mixed types, or of a type that is no id (bool, float, bytes, None).
    """
    if isinstance(given, str):
        return [given]
    if isinstance(given, int) and not isinstance(given, bool):
        return _of_integers([given])
    if hasattr(given, "detach"):
        given = given.detach().cpu().numpy()
    if not isinstance(given, np.ndarray) and hasattr(given, "to_numpy"):
        given = given.to_numpy()
    if isinstance(given, np.ndarray | np.generic):
        return _of_array(np.asarray(given))
    if not isinstance(given, Iterable) or isinstance(given, bytes | bytearray):
        raise SampleIdError(f"{type(given).__name__} is no sample id: {_EXPECTED}.")
    return _of_list(list(given))


def integer_of(text: str) -> int:
    """The integer whose canonical form the text is; -1 where it is none that a dataset counts."""
    if text.isdecimal() and text.isascii() and len(text) < 19 and (text[0] != "0" or text == "0"):
        return int(text)
    return -1


def _of_array(given: NDArray[Any]) -> Ids:
    flat = given.reshape(-1) if given.ndim <= 1 else None
    if flat is None:
        raise SampleIdError(f"sample ids of shape {given.shape}: give one dimension.")
    if flat.dtype.kind in "iu" and (flat.dtype != np.uint64 or not (flat >> np.uint64(63)).any()):
        return flat.astype(np.int64, copy=False)
    if flat.dtype.kind in "OTUu":
        return _of_list(flat.tolist())
    raise SampleIdError(f"{flat.dtype} is no type of a sample id: {_EXPECTED}.")


def _of_list(given: list[Any]) -> Ids:
    kinds = set(map(type, given))
    if kinds == {str}:
        return given
    if kinds <= {int}:
        return _of_integers(given)
    plain = [_plain(entry) for entry in given]
    if set(map(type, plain)) not in ({str}, {int}):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise SampleIdError(f"sample ids of type {names}: {_EXPECTED}.")
    return plain if isinstance(plain[0], str) else _of_integers(plain)


def _plain(entry: Any) -> Any:
    """An id as str or int; what is none stays what it is."""
    if isinstance(entry, str):
        return str(entry)
    if getattr(entry, "ndim", None) == 0 and hasattr(entry, "item"):
        entry = entry.item()
    return entry


def _of_integers(given: list[int]) -> Ids:
    try:
        return np.array(given, np.int64)
    except OverflowError:  # larger than any dataset counts
        return [str(entry) for entry in given]
