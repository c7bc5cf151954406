"""Reads a hostile JSON document into a `Design`, naming everything that is malformed on the way.

The twin of `frontend/src/domain/parse.ts`: same issues, same order, same words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from app.designs.catalogue import Prop, PropValue, catalogue, meta_props
from app.designs.graph import Component, Design, Edge
from app.designs.issues import Fix, Issue, make_issue, shown
from app.spec import read_spec

SAFE_INTEGER = 2**53 - 1
"""The largest whole number that a phone's JSON keeps exactly."""
COUNTED_ABOVE_MAX = 1000
"""Up to here a number above its maximum still enters the counts, so that a draft keeps it."""

_TOP_FIELDS = ("components", "edges", "id", "meta", "name", "version")
_COMPONENT_FIELDS = ("id", "props", "type")
_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "enum": "one of its choices",
}


def parse_document(document: object) -> tuple[Design, list[Issue]]:
    """Returns what could be read and the issues of the rest; never raises on any JSON value."""
    reader = _Reader()
    return reader.read(document), reader.issues


class _Reader:
    def __init__(self) -> None:
        self.issues: list[Issue] = []
        self.limits = read_spec("limits.json")

    def report(self, code: str, values: Mapping[str, str | int] | None = None, **at: Any) -> None:
        self.issues.append(make_issue(code, values, **at))

    def read(self, document: object) -> Design:
        if not isinstance(document, dict):
            self.report("design.type", {"field": "document", "expected": "an object"})
            return Design(None, "", 1, self.meta({}), (), ())
        self.unknown_fields(document, _TOP_FIELDS, "The design", None)
        design_id = self.design_id(document)
        name = self.name(document)
        version = self.version(document)
        meta = self.meta(self.object_field(document, "meta"))
        rows = self.list_field(document, "components", "design.too_many_components")
        pairs = self.list_field(document, "edges", "design.too_many_edges")
        components = self.components(rows, meta)
        edges, self_edges = self.edges(pairs, {component.id for component in components})
        return Design(design_id, name, version, meta, components, edges, self_edges)

    def unknown_fields(
        self, document: Mapping[str, Any], known: tuple[str, ...], owner: str, at: str | None
    ) -> None:
        for field in sorted(set(document) - set(known)):
            values = {"owner": owner, "field": f'"{shown(field)}"'}
            self.report("design.unknown_field", values, component_id=at)

    def object_field(self, document: Mapping[str, Any], field: str) -> Mapping[str, Any]:
        value = document.get(field, {})
        if isinstance(value, dict):
            return value
        self.report("design.type", {"field": field, "expected": "an object"})
        return {}

    def list_field(self, document: Mapping[str, Any], field: str, code: str) -> list[Any]:
        value = document.get(field)
        if not isinstance(value, list):
            self.report("design.type", {"field": field, "expected": "a list"})
            return []
        limit: int = self.limits[field]
        if len(value) > limit:
            self.report(code, {"count": len(value), "limit": limit})
            return []
        return value

    def design_id(self, document: Mapping[str, Any]) -> str | None:
        value = document.get("id")
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(self.limits["design_id_pattern"], value):
            return value
        self.report("design.id")
        return None

    def name(self, document: Mapping[str, Any]) -> str:
        value = document.get("name")
        limit: int = self.limits["name_code_points"]
        if isinstance(value, str) and is_design_name(value):
            return value
        self.report("design.name", {"limit": limit})
        return ""

    def version(self, document: Mapping[str, Any]) -> int:
        newest: int = self.limits["schema_version"]
        value = whole_number(document.get("version", newest))
        if value is not None and 1 <= value <= newest:
            return value
        self.report("design.version", {"limit": newest})
        return newest

    def meta(self, document: Mapping[str, Any]) -> Mapping[str, int]:
        props = meta_props()
        self.unknown_fields(document, tuple(props), "The design's meta", None)
        meta: dict[str, int] = {}
        for name, prop in props.items():
            value = prop.default
            if name in document:
                value = self.prop_value(prop, document[name], "the design", None)
            meta[name] = value if type(value) is int else 0
        return meta

    def components(self, rows: list[Any], meta: Mapping[str, int]) -> tuple[Component, ...]:
        found: dict[str, Component] = {}
        for index, row in enumerate(rows, start=1):
            component = self.component(index, row, meta)
            if component is None:
                continue
            if component.id in found:
                self.report("design.duplicate_id", {"id": component.id}, component_id=component.id)
                continue
            found[component.id] = component
        return tuple(found.values())

    def component(self, index: int, row: object, meta: Mapping[str, int]) -> Component | None:
        if not isinstance(row, dict):
            self.report("component.type", {"index": index})
            return None
        name = row.get("id")
        if not (isinstance(name, str) and re.fullmatch(self.limits["component_id_pattern"], name)):
            self.report("component.id", {"index": index})
            return None
        self.unknown_fields(row, _COMPONENT_FIELDS, f'Block "{name}"', name)
        kind = row.get("type")
        block = catalogue().get(kind.lower()) if isinstance(kind, str) and kind.isascii() else None
        given = row.get("props", {})
        if not isinstance(given, dict):
            self.report("component.type", {"index": index}, component_id=name)
            given = {}
        if block is None:
            self.report("design.unknown_type", {"id": name}, component_id=name)
            return Component(name, "", None, {}, {})
        props = self.props(name, f'{block.title} "{name}"', block.props, given)
        values = {
            prop.name: props[prop.name]
            if prop.name in given
            else (meta[prop.default_from] if prop.default_from else prop.default)
            for prop in block.props.values()
        }
        kept = {prop: value for prop, value in props.items() if value is not None}
        return Component(name, block.type, block, kept, values)

    def props(
        self, component: str, text: str, known: Mapping[str, Prop], given: Mapping[str, Any]
    ) -> dict[str, PropValue | None]:
        limit: int = self.limits["props_per_component"]
        if len(given) > limit:
            words: dict[str, str | int] = {"block": text, "count": len(given), "limit": limit}
            self.report("design.too_many_props", words, component_id=component)
            return dict.fromkeys(known)
        for name in sorted(set(given) - set(known)):
            fix = None
            if shown(name) == name:
                op = {"op": "remove_prop", "component_id": component, "prop": name}
                fix = Fix("Remove the property", (op,))
            self.report(
                "design.unknown_prop",
                {"block": text, "prop": f'"{shown(name)}"'},
                component_id=component,
                fix=fix,
            )
        return {
            name: self.prop_value(prop, given[name], text, component)
            for name, prop in known.items()
            if name in given
        }

    def prop_value(
        self, prop: Prop, value: object, text: str, component: str | None
    ) -> PropValue | None:
        """The value in its kind, or None after the issue was reported."""
        at: dict[str, Any] = {"component_id": component, "prop": prop.name}
        words: dict[str, str | int] = {"prop": prop.name, "block": text}
        read = _READERS[prop.kind](value)
        if read is None:
            fix = _use(component, prop, prop.default)
            self.report("prop.type", {**words, "expected": _EXPECTED[prop.kind]}, fix=fix, **at)
            return None
        if prop.kind == "enum" and read not in prop.choices:
            fix = _use(component, prop, prop.default)
            self.report("prop.value", {**words, "choices": ", ".join(prop.choices)}, fix=fix, **at)
            return None
        if prop.min is None or prop.max is None or isinstance(read, (bool, str)):
            return read
        safe = abs(read) <= SAFE_INTEGER
        if safe and prop.min <= read <= prop.max:
            return read
        nearest = prop.min if read < prop.min else prop.max
        fix = _use(component, prop, nearest)
        above = prop.max < read <= COUNTED_ABOVE_MAX and prop.max_code != "prop.range"
        bounds = {"min": str(prop.min), "max": str(prop.max)}
        if not above:
            self.report("prop.range", {**words, **bounds}, fix=fix, **at)
            return None
        self.report(prop.max_code, {**words, "value": str(read)}, fix=fix, **at)
        return read

    def edges(self, pairs: list[Any], known: set[str]) -> tuple[tuple[Edge, ...], tuple[Edge, ...]]:
        edges: dict[Edge, None] = {}
        self_edges: list[Edge] = []
        for index, pair in enumerate(pairs, start=1):
            if not (
                isinstance(pair, list)
                and len(pair) == 2
                and all(isinstance(end, str) for end in pair)
            ):
                self.report("design.edge", {"index": index})
                continue
            edge: Edge = (pair[0], pair[1])
            words: dict[str, str | int] = {"from": shown(edge[0]), "to": shown(edge[1])}
            exact = shown(edge[0]) == edge[0] and shown(edge[1]) == edge[1]
            op = {"op": "remove_edge", "edge": list(edge)}
            fix = Fix("Remove the connection", (op,)) if exact else None
            if edge[0] not in known or edge[1] not in known:
                self.report("design.dangling_edge", words, fix=fix)
            elif edge in edges or edge in self_edges:
                self.report("design.duplicate_edge", words, component_id=edge[1], fix=fix)
            elif edge[0] == edge[1]:
                self_edges.append(edge)
            else:
                edges[edge] = None
        return tuple(edges), tuple(self_edges)


def is_design_name(text: str) -> bool:
    """Whether `text` may name a design: 1 to 120 code points, none of them a control character."""
    limits = read_spec("limits.json")
    forbidden = limits["forbidden_name_ranges"]
    return 1 <= len(text) <= limits["name_code_points"] and not any(
        low <= ord(letter) <= high for letter in text for low, high in forbidden
    )


def whole_number(value: object) -> int | None:
    """A JSON number without fraction as int (128.0 is 128, as on the phone); None for all else."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    return None


def _number(value: object) -> float | int | None:
    whole = whole_number(value)
    return whole if whole is not None else (value if type(value) is float else None)


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


_READERS: Mapping[str, Callable[[object], PropValue | None]] = {
    "int": whole_number,
    "float": _number,
    "bool": _truth,
    "enum": _text,
}


def _use(component: str | None, prop: Prop, value: PropValue | None) -> Fix | None:
    """Sets the prop to a value that is certainly good; None where there is no such value."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    op = {"op": "set_prop", "component_id": component, "prop": prop.name, "value": value}
    return Fix(f"Use {text}", (op,))
