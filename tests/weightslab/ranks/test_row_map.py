import numpy as np

from weightslab.experiment import Experiment
from weightslab.ranks.follower import FollowerLog
from weightslab.ranks.row_map import RowMap
from weightslab.samples.identity import Identity


def test_rows_of_another_rank_are_found_by_their_ids(experiment: Experiment) -> None:
    samples = experiment.samples
    samples.add_range("train", "train", 4)
    samples.rows_of(["a", "b", "c"], create=True)
    log = FollowerLog(experiment.root)
    log._waiting.clear()
    log.found.clear()
    other = Identity(log)
    other.add_ids(["c", "new"], "val")
    other.add_range("train", "train", 3)
    other.add_range("train", "train", 5)  # a stream that went on
    known = RowMap(samples)
    known.learn(log.take())
    rows = np.arange(7, dtype=np.int32)
    assert samples.ids_of(known.here(rows)[:2]) == ["c", "new"]
    assert known.here(rows)[2:6].tolist() == [0, 1, 2, 3]
    assert samples.origin_of(known.here(rows)[:2]) == ["val", "val"]
    other.add_ids(["b"], "")
    known.learn(log.take())
    assert samples.ids_of(known.here(np.array([7], np.int32))) == ["b"]


def test_what_was_learned_is_not_taken_twice(experiment: Experiment) -> None:
    log = FollowerLog(experiment.root)
    identity = Identity(log)
    identity.add_range("train", "train", 2)
    assert len(log.take()) == 1
    assert log.take() == []
