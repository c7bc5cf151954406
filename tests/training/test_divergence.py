import json
from dataclasses import replace

import pytest

from app.training.divergence import ENTROPY_UPDATES, KL_UPDATES, DivergenceGuard
from app.training.hyperparameters import Hyperparameters
from app.training.trainer import UpdateReport

SETTINGS = Hyperparameters.from_values({"kl_limit": 0.5, "entropy_floor": 0.1})
WELL = UpdateReport(
    finished=[], learning_rate=0.001, value_loss=1.0, approx_kl=0.01, relative_entropy=0.6
)
SPIKE = replace(WELL, approx_kl=0.7)
COLLAPSE = replace(WELL, relative_entropy=0.05)


def alarms(
    guard: DivergenceGuard, *reports: UpdateReport, settings: Hyperparameters = SETTINGS
) -> list[str | None]:
    found = [guard.check(report, settings) for report in reports]
    return [alarm.code if alarm else None for alarm in found]


@pytest.mark.parametrize(
    ("bad", "code", "updates"),
    [
        (SPIKE, "training.kl_spike", KL_UPDATES),
        (COLLAPSE, "training.entropy_collapse", ENTROPY_UPDATES),
    ],
)
def test_an_alarm_needs_several_updates_and_comes_once(
    bad: UpdateReport, code: str, updates: int
) -> None:
    guard = DivergenceGuard()
    quiet = [None] * (updates - 1)
    assert alarms(guard, *[bad] * (updates - 1), WELL) == [*quiet, None]
    assert alarms(guard, *[bad] * updates) == [*quiet, code]
    assert alarms(guard, *[bad] * 50) == [None] * 50
    between = replace(WELL, approx_kl=0.4, relative_entropy=0.15)  # not bad, not yet well
    assert alarms(guard, between, *[bad] * 50) == [None] * 51
    again = DivergenceGuard()
    again.restore(json.loads(json.dumps(guard.as_document())))
    assert alarms(again, *[bad] * 50) == [None] * 50
    assert alarms(again, WELL, *[bad] * updates) == [None, *quiet, code]


def test_the_alarm_says_what_to_do_and_has_the_numbers() -> None:
    guard = DivergenceGuard()
    for _ in range(KL_UPDATES):
        alarm = guard.check(SPIKE, SETTINGS)
    assert alarm is not None
    assert alarm.details == {"approx_kl": 0.7, "limit": 0.5}
    assert "learning rate" in alarm.message


def test_zero_turns_a_guard_off_and_a_learner_without_the_numbers_is_left_alone() -> None:
    off = Hyperparameters.from_values({"kl_limit": 0.0, "entropy_floor": 0.0})
    worst = replace(SPIKE, relative_entropy=0.0)
    assert set(alarms(DivergenceGuard(), *[worst] * 20, settings=off)) == {None}
    nothing = replace(WELL, approx_kl=None, relative_entropy=None)
    assert set(alarms(DivergenceGuard(), *[nothing] * 20)) == {None}
