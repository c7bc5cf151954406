"""Nested state as two files, without pickle: tensors as safetensors, the rest as JSON.

What JSON has no form for is an object with one key that starts with ``$``: tensors, arrays, tuples,
dicts whose keys are not all text, numbers that are not finite, bytes, types of tensors.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from weightslab.errors import ArgumentError, WeightslabError

TENSORS = "state.safetensors"
SKELETON = "state.json"


class StateFormatError(WeightslabError, ValueError):
    """A state file is not of the format that `save` writes."""

    code = "checkpoint.format"


def writers(state: Any) -> dict[str, Callable[[Path], None]]:
    """Per file name, what writes the file of this state.

    Raises:
        ArgumentError: it holds something else than numbers, texts, tensors, arrays and containers
            of them; the message says where.
    """
    tensors: dict[str, torch.Tensor] = {}
    skeleton = json.dumps(_packed(state, tensors, "state"), allow_nan=False)
    return {
        TENSORS: lambda path: _write_tensors(path, tensors),
        SKELETON: lambda path: _write_text(path, skeleton),
    }


def read(folder: Path) -> Any:
    """The state that `writers` wrote.

    Raises:
        StateFormatError: the files are of no such state.
        OSError: they cannot be read.
    """
    try:
        tensors = load_file(folder / TENSORS)
        return _unpacked(json.loads((folder / SKELETON).read_text(encoding="utf-8")), tensors)
    except (ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise StateFormatError(f"{folder}: not a state of weightslab: {error}") from error


def _write_tensors(path: Path, tensors: dict[str, torch.Tensor]) -> None:
    try:
        save_file(tensors, path)
    except SafetensorError as error:  # what the disk refuses
        raise OSError(f"{path}: {error}") from error


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _packed(value: Any, tensors: dict[str, torch.Tensor], where: str) -> Any:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, torch.Tensor):
        return _kept(value.detach(), tensors, "$tensor", where)
    if isinstance(value, np.ndarray):
        return _kept(value, tensors, "$array", where)
    if isinstance(value, np.generic):
        return _packed(value.item(), tensors, where)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else {"$float": repr(float(value))}
    if isinstance(value, bytes):
        return {"$bytes": value.hex()}
    if isinstance(value, torch.dtype):
        return {"$dtype": str(value).removeprefix("torch.")}
    if isinstance(value, tuple):
        return {"$tuple": [_packed(v, tensors, f"{where}[{i}]") for i, v in enumerate(value)]}
    if isinstance(value, list):
        return [_packed(entry, tensors, f"{where}[{i}]") for i, entry in enumerate(value)]
    if isinstance(value, dict):
        return _packed_dict(value, tensors, where)
    raise ArgumentError(f"{where}: {type(value).__name__} cannot be kept in a checkpoint.")


def _packed_dict(value: dict[Any, Any], tensors: dict[str, torch.Tensor], where: str) -> Any:
    entries = [(key, _packed(v, tensors, f"{where}[{key!r}]")) for key, v in value.items()]
    if isinstance(value, Counter):
        return {"$counter": [[_packed(key, tensors, where), entry] for key, entry in entries]}
    if all(isinstance(key, str) and not key.startswith("$") for key in value):
        return dict(entries)
    return {"$dict": [[_packed(key, tensors, where), entry] for key, entry in entries]}


def _kept(value: Any, tensors: dict[str, torch.Tensor], kind: str, where: str) -> dict[str, str]:
    name = str(len(tensors))
    try:
        # Copied: safetensors keeps no two tensors of one memory, and training goes on meanwhile.
        copied = torch.from_numpy(np.array(value)) if kind == "$array" else value.cpu().clone()
        if copied.is_sparse or copied.is_complex() or copied.is_quantized:
            raise TypeError(f"tensors of {copied.layout}, {copied.dtype}")
        tensors[name] = copied.contiguous()
    except (TypeError, RuntimeError) as error:
        raise ArgumentError(f"{where} cannot be kept in a checkpoint: {error}.") from error
    return {kind: name}


def _unpacked(value: Any, tensors: dict[str, torch.Tensor]) -> Any:
    if isinstance(value, list):
        return [_unpacked(entry, tensors) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1 or not next(iter(value)).startswith("$"):
        return {key: _unpacked(entry, tensors) for key, entry in value.items()}
    ((kind, held),) = value.items()
    match kind:
        case "$tensor":
            return tensors[held]
        case "$array":
            return tensors[held].numpy()
        case "$float":
            return float(held)
        case "$bytes":
            return bytes.fromhex(held)
        case "$dtype":
            return _dtype(held)
        case "$tuple":
            return tuple(_unpacked(entry, tensors) for entry in held)
        case "$counter":
            return Counter({_unpacked(k, tensors): _unpacked(v, tensors) for k, v in held})
        case "$dict":
            return {_unpacked(k, tensors): _unpacked(v, tensors) for k, v in held}
    raise ValueError(f"{kind} is unknown")


def _dtype(name: str) -> torch.dtype:
    found = getattr(torch, name)
    if not isinstance(found, torch.dtype):
        raise ValueError(f"{name} is no type of tensors")
    return found
