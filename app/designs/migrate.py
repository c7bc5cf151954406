"""Brings saved designs to the newest schema version, one step at a time.

Recipe for a change of the schema: raise `schema_version` in `spec/limits.json`, add the step from
the old version here and to the page's twin, and a vector of the old form to `spec/vectors/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.spec import read_spec

Step = Callable[[dict[str, Any]], dict[str, Any]]

STEPS: Mapping[int, Step] = {}
"""For each old version the step that leads to the next one."""


class NewerDesignError(ValueError):
    """The design was saved by a newer Model Studio, so it is refused without being touched."""


def migrate(document: Mapping[str, Any], steps: Mapping[int, Step] = STEPS) -> dict[str, Any]:
    """Returns `document` at the newest version; the argument is left as it is.

    Raises NewerDesignError where its version is unknown here.
    """
    newest: int = read_spec("limits.json")["schema_version"] if steps is STEPS else max(steps) + 1
    migrated = dict(document)
    version = migrated.get("version", 1)
    if not isinstance(version, int) or version > newest:
        raise NewerDesignError("this design needs a newer Model Studio: update and open it again")
    while version < newest:
        migrated = {**steps[version](migrated), "version": version + 1}
        version += 1
    return migrated
