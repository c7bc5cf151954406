"""What a person or a script changes about samples: one entry of the journal each, one function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from weightslab.samples.identity import rows_of_runs

if TYPE_CHECKING:
    from weightslab.samples.samples import Samples

TAG = "samples.tag"
CATEGORIES = "samples.categories"
CATEGORY = "samples.category"
DISCARD = "samples.discard"
KINDS = (TAG, CATEGORIES, CATEGORY, DISCARD)


def apply(samples: Samples, kind: str, fields: Mapping[str, Any]) -> None:
    """Apply an entry of the journal, whoever wrote it and whenever; `fields["rows"]` are runs.

    samples.tag: tag, present, rows. samples.categories: tag, values. samples.category: tag, value,
    rows. samples.discard: discarded, rows. Entries of other kinds are passed over.
    """
    rows = rows_of_runs(fields.get("rows", ()))
    rows = rows[rows < len(samples)]
    if kind == TAG:
        samples.tags.mark(fields["tag"], rows, fields["present"])
    elif kind == CATEGORIES:
        samples.tags.register(fields["tag"], fields["values"])
    elif kind == CATEGORY:
        samples.tags.set_value(fields["tag"], rows, fields["value"])
    elif kind == DISCARD:
        samples.mark_discarded(rows, fields["discarded"])
