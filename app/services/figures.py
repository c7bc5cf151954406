"""What Prometheus may know of the server."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from app.services.run_hub import RunHub
from app.services.run_record import state_of
from app.services.run_stream import RunStreams
from app.services.training_floor import TrainingFloor
from app.training.run_states import RunState


class _StudioCollector(Collector):
    def __init__(self, hub: RunHub, floor: TrainingFloor, streams: RunStreams) -> None:
        self._hub, self._floor, self._streams = hub, floor, streams

    def collect(self) -> Iterable[Metric]:
        """The figures of this moment."""
        states = [state_of(feed.record) for feed in self._hub.feeds.values()]
        runs = GaugeMetricFamily("model_studio_open_runs", "Runs by state", labels=["state"])
        for state in RunState:
            if not state.is_terminal:
                runs.add_metric([str(state)], states.count(state))
        waiting = sum(feed.unflushed for feed in self._hub.feeds.values())
        yield runs
        yield _gauge("workers", "Training processes", self._floor.live_count)
        yield _gauge("streams", "Open event streams", self._streams.open_count)
        yield _gauge("unflushed_events", "Events that only the spool has yet", waiting)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"model_studio_{name}", help_text, value=value)


def make_figures(hub: RunHub, floor: TrainingFloor, streams: RunStreams) -> CollectorRegistry:
    """The registry that `/metrics` prints."""
    registry = CollectorRegistry()
    registry.register(_StudioCollector(hub, floor, streams))
    return registry
