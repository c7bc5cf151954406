"""What a user's signal is told when it runs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    from torch import Tensor

    from weightslab.experiment import Experiment


class SignalContext:
    """One sample (or one step, where a value belongs to none), as a signal's function sees it.

    Attributes:
        sample_id: of the sample, as text; None where the subscribed value belongs to no sample.
        subscribed_value: the value that was just logged; None for static signals.
        subscribed_history: former values of the subscribed signal for this sample (of the curve,
            where there is no sample), oldest first: dicts with `signal_value` and, if asked for,
            `model_age`. Empty without include_history.
        origin: the split: "train", "val", "test" or what the loader was called.
        step: the model's age.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        row: int | None = None,
        sample_id: str | None = None,
        origin: str | None = None,
        step: int = 0,
        subscribed_to: str | None = None,
        subscribed_value: float | None = None,
        subscribed_history: list[dict[str, float]] | None = None,
        item: Any = None,
    ) -> None:
        self._experiment, self._row, self._item = experiment, row, item
        self.sample_id, self.origin, self.step = sample_id, origin, step
        self.subscribed_to, self.subscribed_value = subscribed_to, subscribed_value
        self.subscribed_history = subscribed_history or []

    @property
    def is_dynamic(self) -> bool:
        """Whether it runs because a subscribed signal was logged."""
        return self.subscribed_to is not None

    @property
    def is_static(self) -> bool:
        """Whether it is computed from the sample alone."""
        return not self.is_dynamic

    @property
    def dataframe(self) -> pandas.DataFrame:
        """The whole frame of samples, indexed by (sample_id, annotation_id), up to date."""
        self._experiment.recorder.drain()
        return self._experiment.samples.frame()

    @cached_property
    def data(self) -> Any:
        """The raw sample: what the dataset gives as input, without its target. None if unknown."""
        if self._item is None and self._row is not None:
            self._item = self._experiment.samples.item(self._row)
        return _input_of(self._item)

    @property
    def image(self) -> Tensor | None:
        """The sample as an image: float32 [C, H, W] between 0 and 1; None where it is none."""
        from weightslab.signals.payload import as_image

        return as_image(self.data)

    @property
    def points(self) -> Tensor | None:
        """The sample as points: float32 [N, 2 to 8]; None where it is none."""
        from weightslab.signals.payload import as_points

        return as_points(self.data)

    def __repr__(self) -> str:
        kind = f"subscribed to {self.subscribed_to!r}" if self.is_dynamic else "static"
        return f"SignalContext({kind}, sample_id={self.sample_id!r}, step={self.step})"


def _input_of(item: Any) -> Any:
    """The input part of what a dataset gives for one sample."""
    if isinstance(item, tuple | list) and item:
        return item[0]
    if isinstance(item, dict):
        for key in ("image", "input", "x", "data"):
            if key in item:
                return item[key]
    return item
