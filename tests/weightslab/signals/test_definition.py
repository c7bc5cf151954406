"""The decorator: what it registers, and what it refuses."""

import logging

import pytest
import torch

import weightslab as wl
from weightslab.errors import ArgumentError, SignalCycleError, UnknownNameError
from weightslab.experiment import Experiment
from weightslab.signals.definition import MOST_ERRORS


def values_of(name: str) -> list[float]:
    return [value for _, _, value, _ in wl.query_signal_history(name)]


def test_it_gives_the_function_back(experiment: Experiment) -> None:
    def brightness(ctx: wl.SignalContext) -> float:
        return 1.0

    assert wl.signal(brightness) is brightness
    assert wl.signal()(brightness) is brightness
    assert experiment.signals.get("brightness").is_static


def test_the_name_may_bear_the_prefix_of_its_column(experiment: Experiment) -> None:
    wl.signal(name="signals//blue", subscribe_to="signals//loss")(lambda ctx: 1.0)
    definition = experiment.signals.get("blue")
    assert (definition.column, definition.subscribe_to) == ("signals//blue", "loss")


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "2"])
def test_a_throttle_is_a_positive_integer(experiment: Experiment, every: object) -> None:
    with pytest.raises(ArgumentError, match="compute_every_n_steps"):
        wl.signal(name="x", compute_every_n_steps=every)  # type: ignore[call-overload]
    assert experiment.signals.all() == []


@pytest.mark.parametrize("name", ["", 3, "x" * 300])
def test_names_are_short_texts(experiment: Experiment, name: object) -> None:
    with pytest.raises(ArgumentError, match="name"):
        wl.signal(name=name)(lambda ctx: 1.0)  # type: ignore[call-overload]


def test_a_circle_is_refused_where_it_closes(experiment: Experiment) -> None:
    wl.signal(name="a", subscribe_to="b")(lambda ctx: 1.0)
    wl.signal(name="b", subscribe_to="c")(lambda ctx: 1.0)
    with pytest.raises(SignalCycleError, match="c -> a -> b -> c"):
        wl.signal(name="c", subscribe_to="a")(lambda ctx: 1.0)
    with pytest.raises(SignalCycleError):
        wl.signal(name="d", subscribe_to="d")(lambda ctx: 1.0)
    with pytest.raises(UnknownNameError, match="there are: a, b"):
        experiment.signals.get("c")


def test_decorating_again_replaces(experiment: Experiment) -> None:
    wl.signal(name="double", subscribe_to="loss")(lambda ctx: 0.0)
    wl.signal(name="double", subscribe_to="loss")(lambda ctx: 2 * ctx.subscribed_value)
    wl.save_signals({"loss": torch.tensor([1.0])}, [0])
    assert values_of("double") == [2.0]


def test_chains_run_through(experiment: Experiment) -> None:
    wl.signal(name="double", subscribe_to="loss")(lambda ctx: 2 * ctx.subscribed_value)
    wl.signal(name="plus", subscribe_to="double")(lambda ctx: ctx.subscribed_value + 1)
    wl.save_signals({"loss": torch.tensor([1.0, 2.0])}, ["a", "b"])
    assert values_of("plus") == [3.0, 5.0]


def test_every_nth_step_is_the_nth(experiment: Experiment) -> None:
    @wl.signal(subscribe_to="loss", compute_every_n_steps=3)
    def third(ctx: wl.SignalContext) -> float:
        return ctx.step

    for step in range(7):
        wl.save_signals({"loss": torch.tensor([0.0])}, [0], step=step)
    assert values_of("third") == [2.0, 5.0]


def test_a_value_of_no_sample_runs_it_once(experiment: Experiment) -> None:
    seen = []

    @wl.signal(subscribe_to="accuracy", include_history=True, include_history_metadata=True)
    def trend(ctx: wl.SignalContext) -> float:
        seen.append((ctx.sample_id, ctx.subscribed_history))
        return ctx.subscribed_value

    wl.log({"accuracy": 0.5}, step=1)
    wl.log({"accuracy": 0.75}, step=2)
    assert seen == [(None, []), (None, [{"signal_value": 0.5, "model_age": 1}])]


def test_none_is_no_value_and_log_false_no_curve(experiment: Experiment) -> None:
    @wl.signal(subscribe_to="loss", log=False)
    def some(ctx: wl.SignalContext) -> float | None:
        return ctx.subscribed_value if ctx.sample_id == "b" else None

    wl.save_signals({"loss": torch.tensor([1.0, 2.0])}, ["a", "b"])
    assert [row[0] for row in wl.query_signal_history("some")] == ["b"]
    assert "some" not in experiment.history.reader.signals("global")


def test_what_it_raises_is_told_once_and_ends_after_ten(
    experiment: Experiment, caplog: pytest.LogCaptureFixture
) -> None:
    experiment.strict = False
    calls = []

    @wl.signal(subscribe_to="loss")
    def broken(ctx: wl.SignalContext) -> float:
        calls.append(ctx.sample_id)
        raise ZeroDivisionError("no way")

    with caplog.at_level(logging.WARNING, "weightslab"):
        for step in range(MOST_ERRORS + 5):
            wl.save_signals({"loss": torch.tensor([1.0])}, [0], step=step)
    first, last = [record.getMessage() for record in caplog.records]
    assert "ZeroDivisionError: no way" in first
    assert "test_definition.py" in first
    assert "disabled after 10 errors" in last
    assert len(calls) == MOST_ERRORS
    assert experiment.signals.get("broken").disabled
    assert len(values_of("loss")) == MOST_ERRORS + 5


def test_strict_raises(experiment: Experiment) -> None:
    @wl.signal(subscribe_to="loss")
    def broken(ctx: wl.SignalContext) -> float:
        raise ZeroDivisionError("no way")

    with pytest.raises(ZeroDivisionError):
        wl.save_signals({"loss": torch.tensor([1.0])}, [0])


def test_a_text_is_an_error_of_the_signal(experiment: Experiment) -> None:
    experiment.strict = False
    wl.signal(name="text", subscribe_to="loss")(lambda ctx: "12")
    wl.save_signals({"loss": torch.tensor([1.0])}, [0])
    assert experiment.signals.get("text").errors == 1
