"""A parsed design as a graph. Every walk is iterative: a design may be 512 blocks deep."""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.designs.catalogue import Block, PropValue

Edge = tuple[str, str]


@dataclass(frozen=True)
class Component:
    """One node. `block` is None where its type is unknown; a malformed value is None."""

    id: str
    type: str
    block: Block | None
    props: Mapping[str, PropValue]
    values: Mapping[str, PropValue | None]

    @property
    def text(self) -> str:
        """How messages name it, for example `Transformer layer "t"`."""
        return f'{self.block.title if self.block else "Block"} "{self.id}"'

    def whole(self, prop: str) -> int | None:
        """The value of an integer prop, or None where it is absent or malformed."""
        value = self.values.get(prop)
        return value if type(value) is int else None


@dataclass(frozen=True)
class Design:
    """What could be read of a document; `edges` join known components and hold no repetition."""

    id: str | None
    name: str
    version: int
    meta: Mapping[str, int]
    components: tuple[Component, ...]
    edges: tuple[Edge, ...]
    self_edges: tuple[Edge, ...] = field(default=())

    @functools.cached_property
    def by_id(self) -> Mapping[str, Component]:
        """Components by id."""
        return {component.id: component for component in self.components}

    @functools.cached_property
    def inputs(self) -> Mapping[str, tuple[str, ...]]:
        """For each component the ids it reads, in the order of the edges."""
        return self._neighbours(lambda edge: (edge[1], edge[0]))

    @functools.cached_property
    def outputs(self) -> Mapping[str, tuple[str, ...]]:
        """For each component the ids that read it, in the order of the edges."""
        return self._neighbours(lambda edge: edge)

    def _neighbours(self, orient: Callable[[Edge], Edge]) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {component.id: [] for component in self.components}
        for edge in self.edges:
            here, there = orient(edge)
            found[here].append(there)
        return {name: tuple(others) for name, others in found.items()}

    def of_type(self, block_type: str) -> tuple[Component, ...]:
        """The components of one type, in document order."""
        return tuple(component for component in self.components if component.type == block_type)

    @property
    def plays_afterstates(self) -> bool:
        """Whether moves are chosen by the boards that they lead to, not by a policy."""
        return any(
            action.values.get("chooses") == "afterstates"
            for action in self.of_type("action_output")
        )

    @functools.cached_property
    def order(self) -> tuple[str, ...]:
        """Ids in forward order (Kahn's algorithm, ties by document order), loops left out."""
        return tuple(_peel(self.inputs, self.outputs))

    @functools.cached_property
    def looped(self) -> tuple[str, ...]:
        """Ids that lie on a loop or between two loops, in document order."""
        settled = set(self.order)
        rest = [component.id for component in self.components if component.id not in settled]
        left = set(rest)
        inputs = {
            name: tuple(other for other in self.inputs[name] if other in left) for name in rest
        }
        outputs = {
            name: tuple(other for other in self.outputs[name] if other in left) for name in rest
        }
        left -= set(_peel(outputs, inputs))
        return tuple(name for name in rest if name in left)

    def checkpointed(self, name: str) -> tuple[str, ...]:
        """The ids that a gradient checkpoint computes twice: the chain behind it.

        It ends after as many blocks as the prop `blocks` says, and before a branch, a merge, a
        head or the next checkpoint.
        """
        chain: list[str] = []
        at = name
        while len(chain) < (self.by_id[name].whole("blocks") or 0) and len(self.outputs[at]) == 1:
            at = self.outputs[at][0]
            component = self.by_id[at]
            block = component.block
            is_link = (
                block is not None and not block.is_head and component.type != "grad_checkpoint"
            )
            if not is_link or len(self.inputs[at]) != 1 or at in chain:
                break
            chain.append(at)
        return tuple(chain)

    def reached_from(self, starts: Iterable[str], *, backwards: bool = False) -> set[str]:
        """The ids that can be walked to from `starts`, which are included."""
        onward = self.inputs if backwards else self.outputs
        seen = set(starts)
        queue = deque(seen)
        while queue:
            for name in onward[queue.popleft()]:
                if name not in seen:
                    seen.add(name)
                    queue.append(name)
        return seen


def _peel(
    inputs: Mapping[str, tuple[str, ...]], outputs: Mapping[str, tuple[str, ...]]
) -> list[str]:
    waiting = {name: len(sources) for name, sources in inputs.items()}
    ready = deque(name for name, count in waiting.items() if count == 0)
    order: list[str] = []
    while ready:
        name = ready.popleft()
        order.append(name)
        for target in outputs[name]:
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    return order
