"""Recording from inside a compiled function: the graph breaks around it, nothing of it is compiled.

Loaded only where `torch.compile` is at work, whose import alone takes a second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from weightslab.watched.measure import Measure


def _record(
    measure: Measure, result: Any, ids: Any, extras: dict[str, Any], arguments: tuple[Any, ...]
) -> None:
    measure.record(result, ids, extras, arguments)


record = torch.compiler.disable(_record)  # type: ignore[no-untyped-call]
