from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from weightslab.errors import SampleIdError, StoreDamagedError
from weightslab.samples.id_texts import IdTexts, encoded
from weightslab.samples.identity import Identity, rows_of_runs, runs_of
from weightslab.samples.identity_log import IdentityLog
from weightslab.samples.sample_ids import as_ids

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
integers = st.integers(-5, 40)


@settings(max_examples=50)
@given(st.lists(st.lists(texts, max_size=12), max_size=6), st.sampled_from([hash, len]))
def test_texts_are_numbered_in_order_even_where_hashes_collide(calls, hash_text) -> None:
    pool, expected = IdTexts(hash_text), {}
    for call in calls:
        new = [text for text in dict.fromkeys(call) if text not in expected]
        assert (pool.find(new) == -1).all()
        pool.append(new, *encoded(new))
        expected.update((text, len(expected)) for text in new)
        assert pool.find(call).tolist() == [expected[text] for text in call]
    numbers = np.arange(len(pool))
    assert pool.texts(numbers) == pool.array(numbers).to_pylist() == list(expected)
    assert pool.array(numbers[::-2]).to_pylist() == list(expected)[::-2]


@settings(max_examples=50)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("range"), st.sampled_from("abc"), st.integers(0, 9)),
            st.tuples(st.just("texts"), st.lists(texts, max_size=5), st.just(0)),
            st.tuples(st.just("integers"), st.lists(integers, max_size=5), st.just(0)),
        ),
        max_size=8,
    )
)
def test_rows_are_dense_and_ids_give_them_back(steps) -> None:
    identity, seen = Identity(), {}
    for kind, what, count in steps:
        if kind == "range":
            rows = identity.add_range(what, "train", count)
            ids = identity.ids_of(rows)
        else:
            ids = as_ids(what)
            rows = identity.add_ids(ids, "val")
            ids = [str(i) for i in what]
        for sample_id, row in zip(ids, rows.tolist(), strict=True):
            assert seen.setdefault(sample_id, row) == row
    assert sorted(seen.values()) == list(range(len(identity)))
    every = np.arange(len(identity), dtype=np.int32)
    assert identity.find(identity.ids_of(every)).tolist() == every.tolist()
    assert identity.array_of(every).to_pylist() == identity.ids_of(every)
    numbers = identity.integers_of(every)
    if numbers is not None:
        assert identity.find(numbers).tolist() == every.tolist()


@settings(max_examples=50)
@given(st.sets(st.integers(0, 50)))
def test_runs_give_their_rows_back(rows: set[int]) -> None:
    ascending = np.array(sorted(rows), np.int32)
    assert rows_of_runs(runs_of(ascending)).tolist() == ascending.tolist()


def test_a_second_dataset_goes_on_where_the_first_ended_and_a_restart_finds_the_same(
    tmp_path: Path,
) -> None:
    def fill(identity: Identity) -> list[list[int]]:
        train = identity.add_range("train", "train", 3)
        own = identity.add_ids(["x", "ü", "70"], "val")
        test = identity.add_range("test", "test", 2)
        more = identity.add_range("train", "train", 4)  # the dataset has grown
        return [part.tolist() for part in (train, own, test, more)]

    first = Identity(IdentityLog(tmp_path))
    rows = fill(first)
    every = np.arange(len(first), dtype=np.int32)
    assert first.ids_of(every) == ["0", "1", "2", "x", "ü", "70", "71", "72", "73"]
    assert rows[3] == [0, 1, 2, 8]
    first.close()
    again = Identity(IdentityLog(tmp_path))
    assert fill(again) == rows
    assert again.ids_of(every) == first.ids_of(every)
    assert again.origins_of(every) == first.origins_of(every)
    again.close()
    assert Identity.read(tmp_path).ids_of(every) == first.ids_of(every)


def test_an_object_store_keeps_identities_too() -> None:
    root = "memory://identity-test/root"
    first = Identity(IdentityLog(root))
    first.add_range("train", "train", 2)
    first.add_ids(["a"], "val")
    first.close()
    again = Identity(IdentityLog(root))
    assert again.ids_of(np.arange(3, dtype=np.int32)) == ["0", "1", "a"]
    again.add_ids(["b"], "val")
    assert len(Identity.read(root)) == 4


def test_the_same_text_far_apart_in_one_call_is_one_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("weightslab.samples.identity.CHUNK", 2)
    identity = Identity()
    ids = ["a", "b", "c", "a", "d", "d", "c"]
    assert identity.add_ids(ids, "train").tolist() == [0, 1, 2, 0, 3, 3, 2]
    assert len(identity) == 4


def test_what_a_kill_left_half_written_is_cut_and_damage_is_told(tmp_path: Path) -> None:
    first = Identity(IdentityLog(tmp_path))
    first.add_ids(["a"], "train")
    first.add_ids(["b"], "train")
    first.close()
    file = tmp_path / "samples" / "identity.frames"
    whole = file.read_bytes()
    file.write_bytes(whole[:-3])
    again = Identity(IdentityLog(tmp_path))
    assert len(again) == 1
    again.close()
    file.write_bytes(whole[:40] + b"?" + whole[41:])
    with pytest.raises(StoreDamagedError, match="identity"):
        Identity(IdentityLog(tmp_path))


@pytest.mark.parametrize(
    "ids",
    [7, "7", [7], ["7"], torch.tensor(7), torch.tensor([7]), np.int8([7]), [torch.tensor(7)], {7}],
)
def test_the_same_sample_by_any_kind_of_id(ids: object) -> None:
    identity = Identity()
    identity.add_range("train", "train", 10)
    assert identity.find(as_ids(ids)).tolist() == [7]


@pytest.mark.parametrize(
    "ids",
    [
        [1, "a"],
        [True],
        torch.tensor([True]),
        [1.5],
        np.array([1.0]),
        [None],
        1.5,
        b"a",
        [b"a"],
        None,
        torch.zeros(2, 2, dtype=torch.int64),
    ],
)
def test_what_is_no_id_is_refused(ids: object) -> None:
    with pytest.raises(SampleIdError):
        as_ids(ids)


def test_huge_integers_are_ids_as_well() -> None:
    identity = Identity()
    rows = identity.add_ids(as_ids([2**80, 2**63]), "train")
    assert identity.ids_of(rows) == [str(2**80), str(2**63)]
    assert identity.find(as_ids(np.array([2**63], np.uint64))).tolist() == [1]
    assert identity.add_range("train", "train", 1).tolist() == [2]
    assert identity.ids_of(np.array([2])) == ["0"]
