"""The rules of a design: the five of the reference's section 6 and those that its graph implies.

The twin of `frontend/src/domain/rules.ts`.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.designs.catalogue import Prop, meta_props
from app.designs.graph import Component, Design, Edge
from app.designs.issues import Fix, Issue, make_issue


def check_rules(design: Design) -> Iterator[Issue]:
    """Yields every broken rule but shapes and the parameter limit, which need inference."""
    for name, prop in meta_props().items():
        yield from _check_number(None, "the design", prop, design.meta[name], design.meta.get)
    for component in design.components:
        if component.block is None:
            continue
        for prop in component.block.props.values():
            value = component.whole(prop.name)
            if value is not None:
                yield from _check_number(component.id, component.text, prop, value, component.whole)
    yield from _check_ends(design)
    yield from _check_loops(design)
    yield from _check_ports(design)
    yield from _check_reach(design)


def _check_number(
    at: str | None, text: str, prop: Prop, value: int, other: object
) -> Iterator[Issue]:
    assert callable(other)
    words: dict[str, str | int] = {"prop": prop.name, "block": text, "value": value}

    def issue(code: str, better: int, **more: int) -> Issue:
        op = {"op": "set_prop", "component_id": at, "prop": prop.name, "value": better}
        fix = Fix(f"Set {prop.name} to {better}", (op,))
        values = {**words, **more, "better": better}
        return make_issue(code, values, component_id=at, prop=prop.name, fix=fix)

    step = prop.multiple_of
    if step is not None and value > 0 and value % step != 0:
        yield issue(prop.multiple_of_code, max(step, (value + step // 2) // step * step))
    if prop.divides is not None and value > 0:
        width = other(prop.divides)
        if width and width % value != 0:
            better = next(count for count in range(min(value, width), 0, -1) if width % count == 0)
            yield issue(prop.divides_code, better, width=width)
    if prop.at_most is not None:
        limit = other(prop.at_most)
        if limit and value > limit:
            yield issue(prop.at_most_code, limit, limit=limit)


def _check_ends(design: Design) -> Iterator[Issue]:
    if not design.of_type("board_input"):
        op: dict[str, object] = {"op": "append", "after": None, "type": "board_input", "props": {}}
        yield make_issue("design.no_input", fix=Fix("Add a board", (op,)))
    actions = design.of_type("action_output")
    if not actions:
        after = _end_of_network(design)
        op = {"op": "append", "after": after, "type": "action_output", "props": {}}
        yield make_issue("design.no_output", fix=Fix("Add an action output", (op,)))
    elif not design.of_type("value_output"):
        sources = design.inputs[actions[0].id]
        fix = None
        if sources and _gives_numbers(design, sources[0]):
            op = {"op": "append", "after": sources[0], "type": "value_output", "props": {}}
            fix = Fix("Add a value output", (op,))
        yield make_issue("design.no_value_output", component_id=actions[0].id, fix=fix)
    if design.plays_afterstates:
        for action in actions[1:]:
            yield make_issue(
                "design.afterstates_alone",
                {"block": action.text},
                component_id=action.id,
                fix=_remove(action),
            )
    if not design.of_type("moe_layer"):
        for router in design.of_type("load_balance_router"):
            yield make_issue(
                "design.router_without_experts",
                {"block": router.text},
                component_id=router.id,
                fix=_remove(router),
            )
    for checkpoint in design.of_type("grad_checkpoint"):
        if not design.checkpointed(checkpoint.id):
            yield make_issue(
                "design.checkpoint_without_blocks",
                {"block": checkpoint.text},
                component_id=checkpoint.id,
                fix=_remove(checkpoint),
            )


def _end_of_network(design: Design) -> str | None:
    """Where an output belongs: the last block that nothing reads, else the last one."""
    ends = [name for name in design.order if _gives_numbers(design, name)]
    is_open = [name for name in ends if not design.outputs[name]]
    return next(reversed(is_open or ends), None)


def _gives_numbers(design: Design, name: str) -> bool:
    """Whether a block gives something else than the board of exponents."""
    component = design.by_id[name]
    output = component.block.output(component.values) if component.block else None
    return output is not None and output.kind != "board"


def _remove(component: Component) -> Fix:
    op = {"op": "remove", "component_id": component.id}
    return Fix(f"Remove {component.text}", (op,))


def _remove_edge(edge: Edge) -> Fix:
    return Fix("Remove the connection", ({"op": "remove_edge", "edge": list(edge)},))


def _check_loops(design: Design) -> Iterator[Issue]:
    for edge in design.self_edges:
        component = design.by_id[edge[0]]
        yield make_issue(
            "design.cycle",
            {"block": component.text},
            component_id=component.id,
            fix=_remove_edge(edge),
        )
    looped = design.looped
    place = {component.id: at for at, component in enumerate(design.components)}
    inside = set(looped)
    back = next(
        (
            edge
            for edge in design.edges
            if edge[0] in inside and edge[1] in inside and place[edge[1]] <= place[edge[0]]
        ),
        None,
    )
    for name in looped:
        yield make_issue(
            "design.cycle",
            {"block": design.by_id[name].text},
            component_id=name,
            fix=_remove_edge(back) if back else None,
        )


def _check_ports(design: Design) -> Iterator[Issue]:
    for component in design.components:
        block = component.block
        if block is None:
            continue
        sources = design.inputs[component.id]
        if block.is_source:
            for source in sources:
                yield make_issue(
                    "design.edge_into_input",
                    {"block": component.text, "from": source},
                    component_id=component.id,
                    fix=_remove_edge((source, component.id)),
                )
        elif len(sources) > block.max_inputs:
            yield _too_many_inputs(component, sources, block.max_inputs)
        elif 0 < len(sources) < block.min_inputs:
            yield make_issue(
                "design.too_few_inputs",
                {"block": component.text, "min": block.min_inputs, "count": len(sources)},
                component_id=component.id,
                fix=_remove(component),
            )
        if block.is_head:
            for target in design.outputs[component.id]:
                yield make_issue(
                    "design.edge_from_output",
                    {"block": component.text, "to": target},
                    component_id=component.id,
                    fix=_remove_edge((component.id, target)),
                )


def _too_many_inputs(component: Component, sources: tuple[str, ...], limit: int) -> Issue:
    fix = None
    if limit == 1:
        op = {"op": "merge_inputs", "component_id": component.id, "type": "add"}
        fix = Fix("Add them up first", (op,))
    values: dict[str, str | int] = {"block": component.text, "max": limit, "count": len(sources)}
    return make_issue("design.too_many_inputs", values, component_id=component.id, fix=fix)


def _check_reach(design: Design) -> Iterator[Issue]:
    starts = [component.id for component in design.of_type("board_input")]
    ends = [c.id for c in design.components if c.block is not None and c.block.is_head]
    reached = design.reached_from(starts)
    useful = design.reached_from(ends, backwards=True)
    for component in design.components:
        if starts and component.id not in reached:
            yield make_issue(
                "design.unreachable",
                {"block": component.text},
                component_id=component.id,
                fix=_reach_fix(design, component, reached),
            )
        elif ends and component.id not in useful:
            yield make_issue(
                "design.dead_end",
                {"block": component.text},
                component_id=component.id,
                fix=_remove(component),
            )


def _reach_fix(design: Design, component: Component, reached: set[str]) -> Fix | None:
    """Feeds the start of the chain that the component belongs to; None inside a loop."""
    if component.id in design.looped:
        return None
    start = component
    while design.inputs[start.id]:
        start = design.by_id[design.inputs[start.id][0]]
        if start.id in design.looped:
            return None
    for name in reversed(design.order):
        if name in reached and _could_feed(design, name, start):
            op = {"op": "add_edge", "edge": [name, start.id]}
            return Fix(f"Connect {design.by_id[name].text} to it", (op,))
    return _remove(component)


def _could_feed(design: Design, name: str, start: Component) -> bool:
    """Boards feed what looks tiles up, any numbers an output, open ends all else."""
    source, block = design.by_id[name], start.block
    if block is not None and block.accepts == ("board",):
        return source.type == "board_input" and source.values["encoding"] == "exponents"
    is_free = not design.outputs[name] or (block is not None and block.is_head)
    return is_free and _gives_numbers(design, name)
