"""What the routing of an MoE design tells: shares, their entropy, experts that nobody asks."""

import math
from collections.abc import Iterable, Mapping, Sequence

DEAD_SHARE = 0.1
"""Of an equal share; an expert that gets less learns nothing."""
DEAD_SECONDS = 60.0  # early routing is noise, and balancing needs its time


def usage_entropy(usage: Sequence[float]) -> float:
    """Entropy of the shares over that of equal shares: 1 is balanced, 0 is one expert for all.

    Args:
        usage: shares of the experts of one block, which sum to 1.
    """
    if len(usage) < 2:
        return 1.0
    return -sum(share * math.log(share) for share in usage if share > 0) / math.log(len(usage))


def dead_experts(usage: Sequence[float]) -> list[int]:
    """Indices of the experts that got less than a tenth of an equal share."""
    return [i for i, share in enumerate(usage) if share * len(usage) < DEAD_SHARE]


class ExpertWatch:
    """Tells once when experts of a block stay dead for a minute, and again when it is others."""

    def __init__(self) -> None:
        self._dead_since: dict[tuple[str, int], float] = {}
        self._told: dict[str, set[int]] = {}

    def look(
        self, dead_by_component: Mapping[str, Iterable[int]], elapsed_s: float
    ) -> dict[str, list[int]]:
        """The blocks to warn of and their dead experts.

        Args:
            dead_by_component: who is dead now, of every MoE block.
            elapsed_s: seconds of training.
        """
        news: dict[str, list[int]] = {}
        for component, dead in dead_by_component.items():
            now = {(component, expert) for expert in dead}
            for place in [each for each in self._dead_since if each[0] == component]:
                if place not in now:
                    del self._dead_since[place]
            for place in now:
                self._dead_since.setdefault(place, elapsed_s)
            long_dead = {e for c, e in now if elapsed_s - self._dead_since[c, e] >= DEAD_SECONDS}
            if long_dead - self._told.get(component, set()):
                news[component] = sorted(long_dead)
            self._told[component] = long_dead
        return news
