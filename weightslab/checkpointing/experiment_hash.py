"""The name of an experiment as it is: 24 hexadecimal digits, 8 for each of its three parts.

The first 8 are those of the hyperparameters, the next of the models' architecture (classes, names
and shapes of parameters and buffers), the last of the data's state (tags and discards); so it
shows which part two experiments differ in.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from weightslab.hyperparameters.steering import NOT_HASHED
from weightslab.hyperparameters.values import as_json

PART = 8
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # in the text of objects; another in each run


def experiment_hash(hyperparameters: Any, models: Mapping[str, Any], data_state: str) -> str:
    """The hash of an experiment.

    Args:
        hyperparameters: nested mapping, or None; names, folder and pauses do not count.
        models: modules by name.
        data_state: a text that changes with the tags and discards.
    """
    counted = {k: v for k, v in (hyperparameters or {}).items() if k not in NOT_HASHED}
    values = _ADDRESS.sub("", json.dumps(as_json(counted), sort_keys=True))
    architecture = "\n".join(_lines(models))
    return "".join(_digest(part) for part in (values, architecture, data_state))


def _lines(models: Mapping[str, Any]) -> Iterator[str]:
    for name, model in sorted(models.items()):
        yield name
        for path, module in getattr(model, "named_modules", lambda: [])():
            yield f"{path} {type(module).__module__}.{type(module).__qualname__}"
        for kind in ("named_parameters", "named_buffers"):
            for path, tensor in getattr(model, kind, lambda: [])():
                yield f"{path} {tuple(tensor.shape)} {tensor.dtype}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:PART]
