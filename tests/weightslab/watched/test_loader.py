"""The same batches as the bare loader, without discarded samples, and resumed in the middle."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    DistributedSampler,
    RandomSampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
)

import weightslab as wl
from weightslab.errors import WeightslabError
from weightslab.experiment import Experiment

COUNT = 23
SAMPLES = TensorDataset(torch.arange(COUNT) * 10.0, torch.arange(COUNT))


class Noisy(Dataset[Any]):
    """Draws random numbers per item, as augmentations do."""

    def __len__(self) -> int:
        return COUNT

    def __getitem__(self, index: int) -> Any:
        return torch.rand(2), random.random() + np.random.rand(), index


def stacked(items: list[Any]) -> list[Tensor]:
    return [torch.stack([torch.as_tensor(item[part]) for item in items]) for part in (0, -1)]


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(5)


LOADERS: dict[str, Callable[[], dict[str, Any]]] = {
    "in order": lambda: {"batch_size": 4},
    "shuffled": lambda: {"batch_size": 4, "shuffle": True},
    "own generator": lambda: {"batch_size": 4, "shuffle": True, "generator": generator()},
    "last dropped": lambda: {"batch_size": 4, "shuffle": True, "drop_last": True},
    "with replacement": lambda: {"batch_size": 4, "sampler": RandomSampler(SAMPLES, True, 40)},
    "more than all": lambda: {"batch_size": 4, "sampler": RandomSampler(SAMPLES, False, 50)},
    "weighted": lambda: {
        "batch_size": 4,
        "sampler": WeightedRandomSampler([1.0] * COUNT, 30, generator=generator()),
    },
    "subset": lambda: {"batch_size": 4, "sampler": SubsetRandomSampler([3, 1, 22, 7, 9])},
    "distributed": lambda: {
        "batch_size": 4,
        "sampler": DistributedSampler(SAMPLES, num_replicas=2, rank=1),
    },
    "own batches": lambda: {
        "batch_sampler": BatchSampler(RandomSampler(SAMPLES, generator=generator()), 5, False)
    },
    "list of batches": lambda: {"batch_sampler": [[1, 2], [5], [2, 7, 3], [22]]},
    "python list": lambda: {"batch_size": 2, "sampler": [4, 2, 9, -1, 0]},
    "no batches": lambda: {"batch_size": None, "shuffle": True},
    "collated": lambda: {"batch_size": 4, "collate_fn": stacked},
}


def flat(batches: Any) -> list[Any]:
    return [[torch.as_tensor(part) for part in batch] for batch in batches]


def same(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other) and all(
        len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))
        for a, b in zip(one, other, strict=True)
    )


def without_ids(batches: Any) -> list[Any]:
    return flat((batch[0], *batch[2:]) for batch in batches)


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("dataset", [SAMPLES, Noisy()], ids=["tensors", "items"])
def test_batches_and_random_numbers_are_those_of_the_bare_loader(
    experiment: Experiment, kind: str, dataset: Any
) -> None:
    results = []
    for watched in (False, True):
        loader = DataLoader(dataset, **LOADERS[kind]())
        if watched:
            loader = wl.watch_or_edit(loader, flag="data", loader_name="train")
        torch.manual_seed(1), random.seed(1), np.random.seed(1)
        epochs = [list(loader) for _ in range(2)]
        iterator = iter(loader)
        next(iterator)  # a pass that is broken off
        del iterator
        given = [batch for epoch in epochs for batch in epoch]
        own = loader.generator.get_state() if loader.generator else torch.zeros(1)
        results.append((given, torch.rand(1), random.random(), own, len(loader)))
    bare, ours = results
    assert same(flat(bare[0]), without_ids(ours[0]))
    assert torch.equal(bare[1], ours[1])
    assert bare[2] == ours[2]
    assert torch.equal(bare[3], ours[3])
    assert bare[4] == ours[4]
    for batch in ours[0]:
        indices = torch.as_tensor(batch[-1]).reshape(-1)
        assert torch.equal(batch[1] % COUNT, indices % COUNT)


@pytest.mark.parametrize(
    "dataset", [Subset(SAMPLES, [5, 7, 9]), Subset(Subset(SAMPLES, [5, 7, 9]), [2, 0])]
)
def test_whole_batches_of_subsets_are_those_of_their_items(
    experiment: Experiment, dataset: Any
) -> None:
    loader = wl.watch_or_edit(dataset, flag="data", loader_name="train", batch_size=2)
    assert same(without_ids(loader), flat(DataLoader(dataset, batch_size=2)))


@pytest.mark.slow
@pytest.mark.parametrize("persistent", [False, True])
def test_workers_give_the_same_and_leave_out_what_is_discarded_meanwhile(
    experiment: Experiment, persistent: bool
) -> None:
    arguments: dict[str, Any] = {
        "batch_size": 3,
        "shuffle": True,
        "num_workers": 2,
        "persistent_workers": persistent,
    }
    torch.manual_seed(2)
    bare = flat(DataLoader(Noisy(), **arguments))
    loader = wl.watch_or_edit(
        DataLoader(Noisy(), in_order=False, **arguments), flag="data", loader_name="train"
    )
    torch.manual_seed(2)
    assert same(bare, without_ids(loader))
    for _ in range(2):
        wl.discard_samples(list(range(COUNT)), False)
        iterator = iter(loader)
        next(iterator)
        wl.discard_samples(range(0, COUNT, 2))
        rest = list(iterator)
        assert rest
        for batch in rest:
            assert (batch[1] % 2 == 1).all()
            assert torch.equal(batch[1], torch.as_tensor(batch[3]))
            assert len(batch[0]) == len(batch[1])


@pytest.mark.parametrize("kind", LOADERS)
def test_discarded_samples_are_skipped_from_the_next_batch_on(
    experiment: Experiment, kind: str
) -> None:
    loader = wl.watch_or_edit(
        DataLoader(SAMPLES, **LOADERS[kind]()), flag="data", loader_name="train"
    )
    iterator = iter(loader)
    next(iterator)
    wl.discard_samples(list(range(0, COUNT, 2)))
    rest = [int(i) for batch in iterator for i in torch.as_tensor(batch[1]).reshape(-1)]
    assert all(i % 2 == 1 for i in rest)
    every = [int(i) for batch in loader for i in torch.as_tensor(batch[1]).reshape(-1)]
    assert every
    assert all(i % 2 == 1 for i in every)
    wl.discard_samples(list(range(COUNT)), discarded=False)
    assert len(list(loader)) == len(loader)


def test_batches_stay_full_and_their_number_is_right(experiment: Experiment) -> None:
    for shuffle in (False, True):
        for drop_last in (False, True):
            loader = wl.watch_or_edit(
                SAMPLES,
                flag="data",
                loader_name="train",
                batch_size=4,
                shuffle=shuffle,
                drop_last=drop_last,
            )
            wl.discard_samples(list(range(10)))
            sizes = [len(batch[1]) for batch in loader]
            assert sizes == ([4, 4, 4] if drop_last else [4, 4, 4, 1])
            assert len(loader) == len(iter(loader)) == len(sizes)
            wl.discard_samples(list(range(10)), discarded=False)


class Prefetching(DataLoader[Any]):
    """Draws before it is watched, so that nobody can know which samples it gives."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batches = list(super().__iter__())

    def __iter__(self) -> Any:
        return iter(self.batches)


def test_a_loader_that_hides_its_samples_is_told_so(experiment: Experiment) -> None:
    loader = wl.watch_or_edit(Prefetching(Noisy()), flag="data", loader_name="train")
    with pytest.raises(WeightslabError, match="reads its sampler by itself"):
        next(iter(loader))


@pytest.mark.parametrize("kind", LOADERS)
@pytest.mark.parametrize("given", [None, 0, 1, 3])
@pytest.mark.parametrize("dataset", [SAMPLES, Noisy()], ids=["tensors", "items"])
def test_a_resumed_pass_goes_on_bit_for_bit(
    experiment: Experiment, kind: str, given: int | None, dataset: Any
) -> None:
    from weightslab import random_state

    def fresh() -> Any:
        return wl.watch_or_edit(
            DataLoader(dataset, **LOADERS[kind]()), flag="data", loader_name="train"
        )

    def two_epochs_from(loader: Any, iterator: Iterator[Any] | None) -> list[Any]:
        rest = list(iterator if iterator is not None else loader)
        return [*without_ids(rest + list(loader)), [torch.rand(2)]]

    torch.manual_seed(7), random.seed(7), np.random.seed(7)
    whole, iterator = fresh(), None
    length = len(list(whole))
    if given is not None:  # else between two passes
        if given > length:
            pytest.skip("the pass is over by then")
        iterator = iter(whole)
        for _ in range(given):
            next(iterator)
    state, now = whole.state_dict(), random_state.capture()
    expected = two_epochs_from(whole, iterator)

    torch.manual_seed(99)
    resumed = fresh()
    resumed.load_state_dict(state)
    random_state.restore(now)
    assert same(two_epochs_from(resumed, None), expected)


def test_a_pass_that_is_over_or_was_broken_off_is_not_resumed(experiment: Experiment) -> None:
    loader = wl.watch_or_edit(SAMPLES, flag="data", loader_name="train", batch_size=9)
    assert loader.state_dict()["end"] == -1
    list(loader)
    assert loader.state_dict()["end"] == -1
    for _ in loader:
        assert loader.state_dict()["end"] == 9
        break
    assert loader.state_dict()["end"] == -1
    loader.load_state_dict(loader.state_dict())
    assert len(list(loader)) == 3


def test_a_pass_under_way_goes_back_to_a_loaded_state(experiment: Experiment) -> None:
    loader = wl.watch_or_edit(SAMPLES, flag="data", loader_name="train", batch_size=4, shuffle=True)
    first, state, given = [], {}, []
    for step, batch in enumerate(loader):
        first.append(batch[1].tolist())
        if step == 1:
            state = loader.state_dict()
    for step, batch in enumerate(loader):
        given.append(batch[1].tolist())
        if step == 3:
            loader.load_state_dict(state)
    assert given[4:] == first[2:]


def test_discards_between_keep_a_resumed_pass_in_step(experiment: Experiment) -> None:
    def fresh() -> Any:
        return wl.watch_or_edit(
            SAMPLES, flag="data", loader_name="train", batch_size=4, shuffle=True
        )

    def ids(batches: Any) -> list[list[int]]:
        return [batch[1].tolist() for batch in batches]

    whole = fresh()
    wl.discard_samples([3, 4, 5])
    iterator = iter(whole)
    next(iterator)
    wl.discard_samples([9, 10, 11, 20, 21])
    next(iterator)
    state = whole.state_dict()
    expected = ids(iterator)
    resumed = fresh()
    resumed.load_state_dict(state)
    assert ids(resumed) == expected


def test_two_passes_at_once_do_not_disturb_each_other(experiment: Experiment) -> None:
    loader = wl.watch_or_edit(Noisy(), flag="data", loader_name="train", batch_size=5, shuffle=True)
    for one, other in zip(loader, loader, strict=True):
        for batch in (one, other):
            ids: Tensor = batch[1]
            assert torch.equal(ids, torch.as_tensor(batch[3]))


def test_a_sampler_may_give_keys_that_are_no_indices(experiment: Experiment) -> None:
    class Files(Dataset[Any]):
        def __getitem__(self, key: str) -> Tensor:
            return torch.tensor([float(len(key))])

        def __len__(self) -> int:
            return 3

    keys = ["a", "bb", "ccc"]
    loader = wl.watch_or_edit(
        DataLoader(Files(), batch_size=2, sampler=keys), flag="data", loader_name="train"
    )
    assert [batch[1] for batch in loader] == [["a", "bb"], ["ccc"]]
    wl.discard_samples("bb")
    assert [batch[1] for batch in loader] == [["a"], ["ccc"]]


def test_sequential_and_distributed_samplers_are_read_as_they_are(experiment: Experiment) -> None:
    sampler = DistributedSampler(SAMPLES, num_replicas=3, rank=0, shuffle=True)
    loader = wl.watch_or_edit(
        DataLoader(SAMPLES, batch_size=4, sampler=sampler), flag="data", loader_name="train"
    )
    orders = []
    for epoch in range(2):
        loader.sampler.set_epoch(epoch)
        orders.append([i for batch in loader for i in batch[1].tolist()])
        assert orders[-1] == list(sampler)
    assert orders[0] != orders[1]
    assert isinstance(loader.sampler, DistributedSampler)
    assert list(SequentialSampler(SAMPLES)) == list(range(COUNT))


def test_processes_of_one_training_share_what_is_not_discarded(experiment: Experiment) -> None:
    wl.watch_or_edit(SAMPLES, flag="data", loader_name="train")
    wl.discard_samples(range(0, COUNT, 3))
    shares = []
    for rank in (0, 1, 2):
        sampler = DistributedSampler(SAMPLES, num_replicas=3, rank=rank, seed=4)
        sampler.set_epoch(2)
        loader = wl.watch_or_edit(
            DataLoader(SAMPLES, batch_size=2, sampler=sampler), flag="data", loader_name="train"
        )
        iterator = iter(loader)
        batches = [next(iterator)[1].tolist()]
        if rank == 0:
            wl.discard_samples([1])
        batches += [batch[1].tolist() for batch in iterator]
        if rank == 0:
            wl.discard_samples([1], discarded=False)
        shares.append(batches)
    assert len({len(batches) for batches in shares}) == 1
    given = {i for batches in shares for batch in batches for i in batch}
    assert given | {1} == {i for i in range(COUNT) if i % 3}
