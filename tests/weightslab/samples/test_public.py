"""Tags, discards and questions about them, as a script uses them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import weightslab as wl
from weightslab.errors import (
    ArgumentError,
    SampleIdError,
    StoreClosedError,
    StoreLockedError,
    UnknownSampleError,
)
from weightslab.experiment import Experiment, use


@pytest.fixture
def samples(experiment: Experiment) -> Experiment:
    experiment.samples.add_range("train", "train", 6)
    experiment.samples.add_ids("val", "val", ["v0", "v1"])
    return experiment


def reopened(experiment: Experiment) -> Experiment:
    experiment.close()
    again = Experiment(experiment.root)
    use(again)
    return again


def test_tags_are_added_removed_and_asked_for_by_split(samples: Experiment) -> None:
    wl.tag_samples(["1", "2", "v1"], "hard")
    wl.tag_samples([4], "hard", mode="set")  # adds, takes it from no other
    wl.tag_samples([2, 2], "hard", mode="remove")
    assert wl.get_samples_by_tag("hard") == ["1", "4"]
    assert wl.get_samples_by_tag("hard", origin="val") == ["v1"]
    assert wl.get_samples_by_tag("hard", origin=None) == ["1", "4", "v1"]
    assert wl.get_samples_by_tag("hard", origin="nothing") == []
    assert wl.get_samples_by_tag("hard", limit=1) == ["1"]
    assert wl.get_samples_by_tag("never set") == []


def test_a_categorical_tag_has_one_value_per_sample(samples: Experiment) -> None:
    wl.register_categorical_tag("weather", ["rainy", "sunny", "rainy"])
    wl.set_categorical_tag([0, 1], "weather", "rainy")
    wl.set_categorical_tag([1], "weather", "foggy")
    assert samples.samples.tags.categories == {"weather": ["rainy", "sunny", "foggy"]}
    column = wl.dataframe()["tag:weather"]
    assert column.iloc[:3].tolist()[:2] == ["rainy", "foggy"]
    assert column.isna().sum() == 6
    assert list(column.cat.categories) == ["rainy", "sunny", "foggy"]
    wl.set_categorical_tag([0], "weather", "")
    wl.set_categorical_tag(["1"], "weather", None)
    assert wl.get_samples_by_tag("weather") == []


def test_discards_come_and_go(samples: Experiment) -> None:
    wl.discard_samples(["3", "v0"])
    assert wl.get_discarded_samples() == ["3"]
    assert wl.get_discarded_samples(origin=None) == ["3", "v0"]
    wl.discard_samples(np.array([3]), discarded=False)
    assert wl.get_discarded_samples() == []


def test_edits_and_the_registry_survive_a_restart(samples: Experiment) -> None:
    wl.register_categorical_tag("weather", ["sunny"])
    wl.set_categorical_tag(["v0"], "weather", "rainy")
    wl.tag_samples([5], "hard")
    wl.discard_samples([0, 1])
    digest = samples.samples.data_state_hash()
    again = reopened(samples)
    assert wl.get_samples_by_tag("hard") == ["5"]
    assert wl.get_discarded_samples() == ["0", "1"]
    assert again.samples.tags.categories == {"weather": ["sunny", "rainy"]}
    again.samples.add_range("train", "train", 6)
    again.samples.add_ids("val", "val", ["v0", "v1"])
    assert again.samples.data_state_hash() == digest
    again.close()


def test_the_hash_of_the_data_is_of_what_it_is_not_how_it_came(samples: Experiment) -> None:
    before = samples.samples.data_state_hash()
    wl.tag_samples([1, 2], "a")
    wl.discard_samples([4])
    changed = samples.samples.data_state_hash()
    assert changed != before
    wl.discard_samples([4], discarded=False)
    assert samples.samples.data_state_hash() not in (before, changed)
    wl.discard_samples([4])
    wl.tag_samples([2], "a", mode="remove")
    wl.tag_samples([2], "a")
    assert samples.samples.data_state_hash() == changed


def test_an_edit_that_changes_nothing_is_not_written(samples: Experiment) -> None:
    wl.set_categorical_tag([1], "weather", "rainy")
    wl.tag_samples([1], "hard")
    wl.discard_samples([1])
    count = len(list(samples.journal.entries()))
    wl.set_categorical_tag([1], "weather", "rainy")
    wl.tag_samples([1], "hard")
    wl.tag_samples([2], "hard", mode="remove")
    wl.discard_samples([1])
    wl.register_categorical_tag("weather", ["rainy"])
    assert len(list(samples.journal.entries())) == count


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: wl.tag_samples([1], "x", mode="bogus"), ArgumentError),
        (lambda: wl.tag_samples([1], ""), ArgumentError),
        (lambda: wl.tag_samples([1], 7), ArgumentError),  # type: ignore[arg-type]
        (lambda: wl.tag_samples([1], "x" * 300), ArgumentError),
        (lambda: wl.tag_samples([99], "x"), UnknownSampleError),
        (lambda: wl.tag_samples([1, "a"], "x"), SampleIdError),
        (lambda: wl.tag_samples([1.5], "x"), SampleIdError),
        (lambda: wl.tag_samples(None, "x"), SampleIdError),
        (lambda: wl.set_categorical_tag([1], "weather", "x" * 2_000_000), ArgumentError),
        (lambda: wl.set_categorical_tag([1], "weather", 3), ArgumentError),  # type: ignore[arg-type]
        (lambda: wl.set_categorical_tag([1, 99], "weather", "rainy"), UnknownSampleError),
        (lambda: wl.register_categorical_tag("weather", "rainy"), ArgumentError),
        (lambda: wl.register_categorical_tag("weather", ["a", ""]), ArgumentError),
        (lambda: wl.discard_samples(["unknown"]), UnknownSampleError),
        (lambda: wl.get_samples_by_tag("hard", limit=-1), ArgumentError),
        (lambda: wl.get_discarded_samples(limit=True), ArgumentError),
    ],
)
def test_what_is_wrong_is_refused_and_changes_nothing(
    samples: Experiment, call: Any, error: type[Exception]
) -> None:
    wl.tag_samples([0], "hard")
    before = samples.samples.data_state_hash(), len(list(samples.journal.entries()))
    with pytest.raises(error):
        call()
    assert before == (samples.samples.data_state_hash(), len(list(samples.journal.entries())))


def test_a_tag_is_of_one_kind(samples: Experiment) -> None:
    wl.tag_samples([0], "hard")
    wl.register_categorical_tag("weather", [])
    with pytest.raises(ArgumentError, match="tag_samples"):
        wl.set_categorical_tag([0], "hard", "very")
    with pytest.raises(ArgumentError, match="set_categorical_tag"):
        wl.tag_samples([0], "weather")


def test_a_closed_ledger_takes_no_edits_and_a_used_one_no_second_writer(
    samples: Experiment,
) -> None:
    with pytest.raises(StoreLockedError):
        _ = Experiment(samples.root).samples
    samples.close()
    with pytest.raises(StoreClosedError):
        wl.tag_samples([0], "hard")
    assert wl.get_samples_by_tag("hard") == []


EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("tag"), st.sets(st.integers(0, 7)), st.sampled_from("ab")),
        st.tuples(st.just("untag"), st.sets(st.integers(0, 7)), st.sampled_from("ab")),
        st.tuples(st.just("set"), st.sets(st.integers(0, 7)), st.sampled_from(["x", "y", ""])),
        st.tuples(st.just("discard"), st.sets(st.integers(0, 7)), st.booleans()),
    ),
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(EDITS)
def test_edits_do_what_sets_would_do(tmp_path_factory: Any, edits: list[Any]) -> None:
    experiment = Experiment(tmp_path_factory.mktemp("root"))
    former = use(experiment)
    marks: dict[str, set[int]] = {"a": set(), "b": set()}
    values: dict[int, str] = {}
    out: set[int] = set()
    experiment.samples.add_range("train", "train", 8)
    for kind, rows, what in edits:
        if kind == "tag":
            wl.tag_samples(rows, what)
            marks[what] |= rows
        elif kind == "untag":
            wl.tag_samples(rows, what, mode="remove")
            marks[what] -= rows
        elif kind == "set":
            wl.set_categorical_tag(rows, "kind", what)
            values = {r: v for r, v in {**values, **dict.fromkeys(rows, what)}.items() if v}
        else:
            wl.discard_samples(rows, what)
            out = out | rows if what else out - rows
    for _ in range(2):
        for tag, rows in marks.items():
            assert wl.get_samples_by_tag(tag) == [str(row) for row in sorted(rows)]
        assert wl.get_samples_by_tag("kind") == [str(row) for row in sorted(values)]
        assert wl.get_discarded_samples() == [str(row) for row in sorted(out)]
        experiment.close()
        experiment = Experiment(experiment.root)
        use(experiment)
    experiment.close()
    use(former)
