"""The user's signals by name, and who subscribes to whom."""

from __future__ import annotations

from weightslab.errors import SignalCycleError, UnknownNameError
from weightslab.signals.definition import SignalDefinition


class SignalRegistry:
    """Definitions by name; `subscribers` is what recording looks at.

    Attributes:
        subscribers: dynamic signals by the name of what they subscribe to, first registered first.
        version: changes with every registration.
    """

    def __init__(self) -> None:
        self._by_name: dict[str, SignalDefinition] = {}
        self.subscribers: dict[str, list[SignalDefinition]] = {}
        self.version = 0

    def add(self, definition: SignalDefinition) -> None:
        """Register a signal; one of the same name is replaced.

        Raises:
            SignalCycleError: it would subscribe to itself through others; nothing is changed.
        """
        chain = [definition.name]
        wanted = definition.subscribe_to
        while wanted is not None:
            chain.append(wanted)
            if wanted == definition.name:
                raise SignalCycleError(f"signals in a circle: {' -> '.join(chain)}.")
            follower = self._by_name.get(wanted)
            wanted = follower.subscribe_to if follower else None
        self._by_name[definition.name] = definition
        self._index()

    def remove(self, name: str) -> None:
        """Forget a signal; its recorded values stay.

        Raises:
            UnknownNameError: there is none of this name.
        """
        self.get(name)
        del self._by_name[name]
        self._index()

    def get(self, name: str) -> SignalDefinition:
        """The signal of a name.

        Raises:
            UnknownNameError: there is none; the message lists those there are.
        """
        if name not in self._by_name:
            known = ", ".join(sorted(self._by_name)) or "none"
            raise UnknownNameError(f"no signal {name!r} is registered; there are: {known}.")
        return self._by_name[name]

    def all(self) -> list[SignalDefinition]:
        """Every signal, first registered first."""
        return list(self._by_name.values())

    def static(self) -> list[SignalDefinition]:
        """The signals that are computed from samples."""
        return [definition for definition in self.all() if definition.is_static]

    def _index(self) -> None:
        subscribers: dict[str, list[SignalDefinition]] = {}
        for definition in self._by_name.values():
            if definition.subscribe_to is not None:
                subscribers.setdefault(definition.subscribe_to, []).append(definition)
        self.subscribers = subscribers
        self.version += 1
