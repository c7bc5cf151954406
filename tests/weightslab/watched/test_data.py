"""Which ids a watched loader gives, what it refuses, what it stays."""

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

import weightslab as wl
from weightslab.errors import ArgumentError, MisalignedError, SampleIdError
from weightslab.experiment import Experiment, use
from weightslab.watched.data import bare_batches


class Images(Dataset[Any]):
    """Items of any kind; further attributes as given."""

    def __init__(self, items: list[Any], **attributes: Any) -> None:
        self.items = items
        self.__dict__.update(attributes)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: int) -> Any:
        return self.items[index]


class Stream(IterableDataset[Any]):
    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Any]:
        worker = torch.utils.data.get_worker_info()
        return iter(self.items if worker is None else self.items[worker.id :: worker.num_workers])


class Named(DataLoader[Any]):
    """Somebody's own loader."""


def numbered(count: int) -> TensorDataset:
    return TensorDataset(torch.arange(count) * 10.0, torch.arange(count))


def ids_of(batches: Any) -> list[Any]:
    parts = [batch["sample_id"] if isinstance(batch, dict) else batch[1] for batch in batches]
    return [i for part in parts for i in (part.tolist() if isinstance(part, Tensor) else part)]


def test_a_dataset_becomes_a_loader_that_gives_inputs_ids_targets(experiment: Experiment) -> None:
    loader = wl.watch_or_edit(numbered(5), flag="data", loader_name="train", batch_size=2)
    inputs, ids, targets = next(iter(loader))
    assert isinstance(loader, DataLoader)
    assert (inputs.tolist(), ids.tolist(), targets.tolist()) == ([0, 10], [0, 1], [0, 1])
    assert ids.dtype == torch.int64
    assert len(loader) == 3
    batch = experiment.batch
    assert batch is not None
    assert (batch.rows.tolist(), batch.origin, batch.loader) == ([0, 1], "train", "train")
    assert batch.ids is ids


def test_ids_are_unique_in_an_experiment_and_survive_a_restart(experiment: Experiment) -> None:
    def script() -> list[int]:
        train = wl.watch_or_edit(numbered(3), flag="data", loader_name="train")
        val = wl.watch_or_edit(DataLoader(numbered(2)), flag="dataloader", loader_name="my_val")
        return ids_of(train) + ids_of(val)

    assert script() == [0, 1, 2, 3, 4]
    assert script() == [0, 1, 2, 3, 4]  # registered anew
    experiment.close()
    again = Experiment(experiment.root)
    use(again)
    other = wl.watch_or_edit(numbered(2), flag="data", loader_name="my_val")
    assert ids_of(other) == [3, 4]
    assert again.samples.origin_of(again.samples.rows_of([0, 3])) == ["train", "val"]
    again.close()


def test_a_dataset_keeps_its_own_ids(experiment: Experiment) -> None:
    items = [torch.zeros(1), torch.ones(1)]
    for name, dataset in {
        "ids": Images(items, ids=["a", "b"]),
        "sample_ids": Images(items, sample_ids=("a", "b")),
        "method": Images(items, get_sample_id=lambda index: "ab"[index]),
        "key": Images([{"x": item, "id": key} for key, item in zip("ab", items, strict=True)]),
    }.items():
        loader = wl.watch_or_edit(
            dataset, flag="data", loader_name=name, origin="train", batch_size=2
        )
        assert ids_of(loader) == ["a", "b"], name
    assert len(experiment.samples) == 2
    own = wl.watch_or_edit(Images(items, ids=torch.tensor([70, 50])), flag="data", name="integers")
    assert ids_of(own) == [70, 50]
    later = wl.watch_or_edit(numbered(1), flag="data", loader_name="later")
    assert ids_of(later) == [71]


def test_the_same_ids_in_two_splits_are_told(experiment: Experiment) -> None:
    items = [torch.zeros(1)] * 2
    wl.watch_or_edit(Images(items, ids=["a", "b"]), flag="data", loader_name="train")
    with pytest.warns(UserWarning, match="val: 1 samples or more have the ids.*'train'.*'b'"):
        wl.watch_or_edit(Images(items, ids=["b", "c"]), flag="data", loader_name="val")
    assert experiment.samples.origin_of(experiment.samples.rows_of(["b", "c"])) == ["train", "val"]
    dicts = wl.watch_or_edit(Images([{"id": "a"}, {"id": "c"}]), flag="data", loader_name="test")
    with pytest.warns(UserWarning, match="test: 1 samples or more") as told:
        ids_of([*dicts, *dicts])
    assert len(told) == 1
    train = Images(items, ids=["a", "b"])
    wl.watch_or_edit(train, flag="data", loader_name="train", origin="x")
    assert experiment.samples.origin_of(experiment.samples.rows_of(["a"])) == ["x"]


def test_a_dataset_may_say_which_samples_belong_together(experiment: Experiment) -> None:
    items = [torch.zeros(1)] * 3
    frames = Images(items, get_group_id=lambda index: f"film {index // 2}")
    wl.watch_or_edit(frames, flag="data", loader_name="train")
    wl.watch_or_edit(Images(items[:1]), flag="data", loader_name="val")
    wl.watch_or_edit(Images(items[:1], ids=["x"], group_ids=[7]), flag="data", loader_name="test")
    groups = wl.dataframe()["group_id"].tolist()
    assert groups == ["film 0", "film 0", "film 1", "3", "7"]


def test_ids_in_items_are_known_when_a_batch_is_there(experiment: Experiment) -> None:
    items = [{"image": torch.ones(2), "idx": 5 - index} for index in range(4)]
    loader = wl.watch_or_edit(Images(items), flag="data", loader_name="train", batch_size=2)
    first = next(iter(loader))
    assert first["sample_id"].tolist() == first["idx"].tolist() == [5, 4]
    assert ids_of(loader) == [5, 4, 3, 2]
    wl.discard_samples([3])
    assert ids_of(loader) == [5, 4, 2]
    assert experiment.samples.item(int(experiment.samples.rows_of("5")[0])) is items[0]


def test_looking_for_an_id_in_an_item_leaves_no_trace(experiment: Experiment) -> None:
    class Random(Images):
        def __getitem__(self, index: int) -> Tensor:
            return torch.rand(1)

    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    wl.watch_or_edit(Random([0, 1]), flag="data", loader_name="train")
    assert torch.equal(torch.rand(1), expected)


def test_content_hashes_stay_when_the_dataset_is_sorted_anew(experiment: Experiment) -> None:
    items = [(torch.full((2,), float(i)), i) for i in range(3)]
    one = wl.watch_or_edit(Images(items), flag="data", loader_name="train", compute_hash=True)
    two = wl.watch_or_edit(Images(items[::-1]), flag="data", loader_name="train", compute_hash=True)
    assert ids_of(one) == ids_of(two)[::-1]
    assert len(set(ids_of(one))) == 3


def test_duplicates_are_told_and_dropped_only_if_asked(experiment: Experiment) -> None:
    items = [torch.tensor([float(i)]) for i in range(4)]
    ids = ["a", "b", "a", "a"]
    with pytest.warns(UserWarning, match="2 samples have the id of an earlier one.*'a'"):
        kept = wl.watch_or_edit(Images(items, ids=ids), flag="data", loader_name="train")
    assert ids_of(kept) == ids
    with pytest.warns(UserWarning, match="left out"):
        dropped = wl.watch_or_edit(
            Images(items, ids=ids), flag="data", loader_name="train", drop_duplicates=True
        )
    assert ids_of(dropped) == ["a", "b"]
    assert len(dropped) == 2


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stream_is_numbered_as_it_comes(experiment: Experiment, workers: int) -> None:
    dataset = Stream([torch.tensor([float(i)]) for i in range(5)])
    loader = wl.watch_or_edit(
        DataLoader(dataset, batch_size=2, num_workers=workers), flag="data", loader_name="train"
    )
    for _ in range(2):
        assert ids_of(loader) == [0, 1, 2, 3, 4]
    wl.discard_samples([1, 4])
    values = {int(i): float(x) for inputs, ids in loader for x, i in zip(inputs, ids, strict=True)}
    assert sorted(values) == [0, 2, 3]
    assert len(experiment.samples) == 5


def test_a_stream_with_ids_keeps_them(experiment: Experiment) -> None:
    dataset = Stream([{"x": torch.zeros(1), "id": name} for name in ("n1", "n0", "n2")])
    loader = wl.watch_or_edit(dataset, flag="data", loader_name="train", batch_size=2)
    wl.get_discarded_samples()
    assert ids_of(loader) == ["n1", "n0", "n2"]
    wl.discard_samples("n1")
    assert ids_of(loader) == ["n0", "n2"]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (torch.ones(1), tuple),
        ((torch.ones(1), 3, 4), list),
        ([torch.ones(1), 3], list),
        ({"x": 1}, dict),
    ],
)
def test_ids_go_behind_the_inputs(experiment: Experiment, item: Any, expected: type) -> None:
    loader = wl.watch_or_edit(Images([item] * 2), flag="data", loader_name="train", batch_size=2)
    (batch,) = loader
    assert type(batch) is expected
    assert ids_of([batch]) == [0, 1]
    ((bare, ids),) = bare_batches(loader)
    (alone,) = DataLoader(Images([item] * 2), batch_size=2)
    assert str(bare) == str(alone)
    assert ids.tolist() == [0, 1]


def test_it_stays_the_loader_it_was(experiment: Experiment) -> None:
    bare = Named(numbered(4), batch_size=2)
    watched = wl.watch_or_edit(bare, flag="data", loader_name="train")
    assert isinstance(watched, Named)
    assert watched.dataset is bare.dataset
    assert watched.batch_sampler is bare.batch_sampler
    for copied in (pickle.loads(pickle.dumps(watched)), copy.deepcopy(watched)):
        assert type(copied) is Named
        assert len(next(iter(copied))) == 2
    assert len(next(iter(bare))) == 2  # the script's own loader is left alone
    again = wl.watch_or_edit(watched, flag="data", loader_name="other")
    assert len(next(iter(again))) == 3


def test_next_walks_on_and_on(experiment: Experiment) -> None:
    loader = wl.watch_or_edit(numbered(3), flag="data", loader_name="train", batch_size=2)
    assert [next(loader)[1].tolist() for _ in range(5)] == [[0, 1], [2], [0, 1], [2], [0, 1]]
    assert ids_of(loader) == [0, 1, 2]
    assert next(loader)[1].tolist() == [2]
    wl.discard_samples([0, 1, 2])
    with pytest.raises(StopIteration):
        next(loader)


def test_names_origins_and_waiting(experiment: Experiment) -> None:
    def origin(**arguments: Any) -> str | None:
        loader = wl.watch_or_edit(numbered(1), flag="data", **arguments)
        next(iter(loader))
        return experiment.batch.origin if experiment.batch else None

    assert origin() == "train"
    assert list(experiment.loaders) == ["train_loader"]
    assert origin(loader_name="Validation_loader") == "val"
    assert origin(name="test_set") == "test"
    assert origin(name="stress") == "stress"
    assert origin(name="stress", origin="mine") == "mine"
    assert experiment.samples.origin_of(experiment.samples.rows_of([3])) == ["mine"]


@pytest.mark.parametrize(
    ("obj", "arguments", "error"),
    [
        (object(), {}, ArgumentError),
        (numbered(2), {"batchsize": 2}, ArgumentError),
        (numbered(2), {"batch_size": -1}, ArgumentError),
        (DataLoader(numbered(2)), {"batch_size": 2}, ArgumentError),
        (Images([1, 2], ids=["a"]), {}, MisalignedError),
        (Images([1, 2], ids=["a", 1]), {}, SampleIdError),
    ],
)
def test_what_does_not_fit_is_refused(
    experiment: Experiment, obj: Any, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        wl.watch_or_edit(obj, flag="data", loader_name="train", **arguments)
    assert experiment.loaders == {}
    assert len(experiment.samples) == 0
