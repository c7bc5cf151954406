"""Sees a training go wrong while its numbers are still finite: a KL spike, an entropy collapse."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.training.hyperparameters import Hyperparameters
from app.training.trainer import UpdateReport

KL_UPDATES, ENTROPY_UPDATES = 3, 10
"""So many updates in a row are no accident."""


@dataclass(frozen=True)
class Alarm:
    """Why the run is to be paused."""

    code: str
    message: str
    details: Mapping[str, float]


class _Tripwire:
    """Goes off once when something holds, and is set again when it is clearly over."""

    def __init__(self, updates: int) -> None:
        self._updates = updates
        self.held = 0
        self.is_tripped = False

    def feel(self, *, bad: bool, well: bool) -> bool:
        """Whether it goes off now."""
        if well:
            self.is_tripped = False
        self.held = self.held + 1 if bad and not self.is_tripped else 0
        if self.held < self._updates:
            return False
        self.is_tripped, self.held = True, 0
        return True


class DivergenceGuard:
    """Watches every update.

    After an alarm the run may be resumed as it is: the next alarm of the kind comes only after the
    number was well again (half the limit, twice the floor).
    """

    def __init__(self) -> None:
        self._wires = {
            "training.kl_spike": _Tripwire(KL_UPDATES),
            "training.entropy_collapse": _Tripwire(ENTROPY_UPDATES),
        }

    def check(self, report: UpdateReport, settings: Hyperparameters) -> Alarm | None:
        """An alarm where one goes off."""
        return self._kl(report, settings.kl_limit) or self._entropy(report, settings.entropy_floor)

    def _kl(self, report: UpdateReport, limit: float) -> Alarm | None:
        kl, wire = report.approx_kl, self._wires["training.kl_spike"]
        if kl is None or not wire.feel(bad=0 < limit < kl, well=kl < limit / 2):
            return None
        message = (
            f"The policy moved too far in {KL_UPDATES} updates in a row: KL {kl:.3g}, the limit "
            f"is {limit:g}. The run is paused: lower the learning rate or the epochs and resume, "
            "or go back to a checkpoint."
        )
        return Alarm("training.kl_spike", message, {"approx_kl": kl, "limit": limit})

    def _entropy(self, report: UpdateReport, floor: float) -> Alarm | None:
        entropy, wire = report.relative_entropy, self._wires["training.entropy_collapse"]
        well = min(2 * floor, (1 + floor) / 2)
        if entropy is None or not wire.feel(bad=entropy < floor, well=entropy > well):
            return None
        message = (
            f"The policy makes nearly always the same move, for {ENTROPY_UPDATES} updates: "
            f"entropy {entropy:.3g} of random play's, the floor is {floor:g}. The run is paused: "
            "raise the entropy bonus or lower the learning rate and resume, or go back to a "
            "checkpoint."
        )
        details = {"relative_entropy": entropy, "floor": floor}
        return Alarm("training.entropy_collapse", message, details)

    def as_document(self) -> dict[str, Any]:
        """For a checkpoint: a resumed run is not alarmed again by what is known."""
        return {"tripped": [code for code, wire in self._wires.items() if wire.is_tripped]}

    def restore(self, document: Mapping[str, Any]) -> None:
        """From a checkpoint."""
        for code, wire in self._wires.items():
            wire.is_tripped = code in document.get("tripped", ())
