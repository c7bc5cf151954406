"""What a person or a script changes about samples: one entry of the journal each, one function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from weightslab.samples.identity import Int32, rows_of_runs
from weightslab.samples.tags import NO_VALUE

if TYPE_CHECKING:
    from weightslab.samples.samples import Samples

TAG = "samples.tag"
CATEGORIES = "samples.categories"
CATEGORY = "samples.category"
DISCARD = "samples.discard"
KINDS = (TAG, CATEGORIES, CATEGORY, DISCARD)


def changes(samples: Samples, kind: str, rows: Int32, fields: Mapping[str, Any]) -> bool:
    """Whether an edit of these rows would change anything."""
    tags, count = samples.tags, len(samples)
    if kind == DISCARD:
        return bool((samples.discarded[rows] != fields["discarded"]).any())
    tag = fields["tag"]
    if kind == CATEGORIES:
        known = tags.categories.get(tag)
        return known is None or not set(fields["values"]) <= set(known)
    if kind == TAG and tag in tags.names:
        return bool((tags.marks(tag, count)[rows] != fields["present"]).any())
    if kind == TAG:
        return bool(fields["present"])
    values, value = tags.categories.get(tag, []), fields["value"]
    code = values.index(value) if value in values else None if value is not None else NO_VALUE
    return (
        tag not in tags.names or code is None or bool((tags.codes(tag, count)[rows] != code).any())
    )


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
