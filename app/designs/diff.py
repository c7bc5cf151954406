"""What changed between two designs, block by block.

`spec/vectors/diffs.json` holds this and the page's `frontend/src/domain/diff.ts` to one answer; the
page adds the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.designs.catalogue import catalogue

Architecture = Mapping[str, Any]
Change = dict[str, Any]


def diff_designs(before: Architecture, after: Architecture) -> dict[str, Any]:
    """Blocks in the order of `after`, removed ones last; where a block is drawn counts as moved.

    Args:
        before: a normalised ModelArchitecture.
        after: another one; components are matched by their ids.

    Returns:
        {name: {from, to} or None, meta: [change], blocks: [{id, type, kind: added, removed or
        changed, type_before, props: [change], inputs: {from, to} or None}], connections: {added,
        removed}, moved}; a change is {name, from, to}, where None means not set.
    """
    old = {component["id"]: component for component in before["components"]}
    new = {component["id"]: component for component in after["components"]}
    blocks = []
    moved = 0
    for name, component in new.items():
        if name not in old:
            blocks.append(_block(component, "added"))
            continue
        change = _changed(old[name], component, _inputs(before, name), _inputs(after, name))
        if change:
            blocks.append(change)
        elif _place(old[name]) != _place(component):
            moved += 1
    blocks += [_block(component, "removed") for name, component in old.items() if name not in new]
    edges = [{tuple(edge) for edge in design["edges"]} for design in (before, after)]
    return {
        "name": _step(before["name"], after["name"]),
        "meta": _changes(before["meta"], after["meta"]),
        "blocks": blocks,
        "connections": {
            "added": [list(edge) for edge in sorted(edges[1] - edges[0])],
            "removed": [list(edge) for edge in sorted(edges[0] - edges[1])],
        },
        "moved": moved,
    }


def _block(component: Architecture, kind: str) -> Change:
    return {
        "id": component["id"],
        "type": component["type"],
        "kind": kind,
        "type_before": None,
        "props": [],
        "inputs": None,
    }


def _changed(
    was: Architecture, now: Architecture, sources_before: list[str], sources: list[str]
) -> Change | None:
    props = _changes(_own_props(was), _own_props(now))
    inputs = _step(sources_before, sources)
    is_other = was["type"] != now["type"]
    if not props and inputs is None and not is_other:
        return None
    type_before = was["type"] if is_other else None
    return {**_block(now, "changed"), "type_before": type_before, "props": props, "inputs": inputs}


def _own_props(component: Architecture) -> dict[str, Any]:
    known = catalogue()[component["type"]].props
    return {name: value for name, value in component["props"].items() if not known[name].layout}


def _place(component: Architecture) -> tuple[object, object]:
    return component["props"].get("x"), component["props"].get("y")


def _inputs(design: Architecture, name: str) -> list[str]:
    return [source for source, target in design["edges"] if target == name]


def _changes(before: Architecture, after: Architecture) -> list[Change]:
    names = dict.fromkeys([*before, *after])
    return [
        {"name": name, "from": before.get(name), "to": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def _step(before: object, after: object) -> Change | None:
    return None if before == after else {"from": before, "to": after}
