"""What a training looks like in a terminal: a live panel, plain lines, or JSON."""

from __future__ import annotations

import sys
import time
from typing import Protocol, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from app.console.figures import duration, number, sparkline, tile_rates
from app.console.orders import Order
from app.console.output import say, say_json
from app.json_values import JsonObject

PLAIN_SECONDS = 5.0  # between two lines where there is no terminal
_CURVE_POINTS = 2_000
_WIDTH = 60


class Display(Protocol):
    """Shows a run's events while it goes on."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def show(self, event: JsonObject) -> None:
        """Takes in one event `{seq, time, event, data}`."""
        ...

    def stopping(self) -> None:
        """Ctrl-C was heard."""
        ...


def open_display(order: Order, *, as_json: bool) -> Display:
    """The display that suits standard output."""
    if as_json:
        return JsonDisplay()
    return LiveDisplay(order) if sys.stdout.isatty() else PlainDisplay(order)


class JsonDisplay:
    """Every event as a line of JSON."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def show(self, event: JsonObject) -> None:
        """Prints it."""
        say_json(event)

    def stopping(self) -> None:
        """The events tell."""


class PlainDisplay(JsonDisplay):
    """A line now and then, for logs."""

    def __init__(self, order: Order) -> None:
        self._next_at = 0.0
        say(f"Training {order.trainer.design['name']} in {order.folder}")

    def show(self, event: JsonObject) -> None:
        """Prints what is worth a line."""
        if event["event"] == "training_update":
            if time.monotonic() >= self._next_at:
                self._next_at = time.monotonic() + PLAIN_SECONDS
                say(update_line(event["data"]))
        elif line := event_line(event):
            say(line)

    def stopping(self) -> None:
        """Says so."""
        say("Stopping with a final checkpoint; once more to leave without it.")


class LiveDisplay:
    """A panel that is drawn again with every event, and lines above it that stay."""

    def __init__(self, order: Order, console: Console | None = None) -> None:
        self._title = f"Training {order.trainer.design['name']}  {order.folder}"
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._update: JsonObject | None = None
        self._scores: list[float] = []
        self._evaluation = ""
        self._hint = "Ctrl-C stops with a checkpoint."

    def __enter__(self) -> Self:
        self._live.start()
        self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, event: JsonObject) -> None:
        """Draws it."""
        data = event["data"]
        if event["event"] == "training_update":
            self._update = data
            if (mean := data["score"]["mean"]) is not None:
                self._scores = [*self._scores, mean][-_CURVE_POINTS:]
        elif event["event"] == "evaluation":
            self._evaluation = event_line(event)
        elif line := event_line(event):
            self._live.console.print(Text(line))
        self._draw()

    def stopping(self) -> None:
        """Says so under the panel."""
        self._hint = "Stopping with a final checkpoint; Ctrl-C once more to leave without it."
        self._draw()

    def _draw(self) -> None:
        self._live.update(self._panel(), refresh=True)

    def _panel(self) -> RenderableType:
        rows: list[RenderableType] = [Text(self._title, style="bold")]
        if self._update is None:
            return Group(*rows, Text("The training process starts …"), Text(self._hint, "dim"))
        done: float = self._update["progress"]["fraction"]
        table = Table.grid(padding=(0, 2))
        table.add_row(Text(""), ProgressBar(total=1.0, completed=done, width=_WIDTH))
        for name, value in update_rows(self._update):
            table.add_row(Text(name, "dim"), Text(value))
        if self._scores:
            table.add_row(Text("curve", "dim"), Text(sparkline(self._scores, _WIDTH), "cyan"))
        if self._evaluation:
            table.add_row(Text("evaluation", "dim"), Text(self._evaluation))
        return Group(*rows, table, Text(self._hint, "dim"))


def update_rows(update: JsonObject) -> list[tuple[str, str]]:
    """The rows of the panel: name and value."""
    score, loss, progress = update["score"], update["loss"], update["progress"]
    rows = [
        (
            "progress",
            f"step {update['step']:,}   {progress['fraction']:.0%}   "
            f"{duration(progress['elapsed_s'])} gone, {duration(progress['seconds_left'])} left",
        ),
        ("speed", f"{update['steps_per_second']:,.0f} moves/s   {update['episodes']:,} games"),
        (
            "score",
            f"mean {number(score['mean'])}   median {number(score['median'])}   "
            f"best {number(score['max'])}",
        ),
    ]
    if update["tile_rates"]:
        rows.append(("tiles", tile_rates(update["tile_rates"])))
    names = ("policy", "value", "entropy", "aux")
    losses = [f"{n} {loss[n]:.3f}" for n in names if loss.get(n) is not None]
    rows.append(("losses", "   ".join(losses)))
    for component, usage in update["moe"]["expert_usage_by_component"].items():
        rows.append((f"experts {component}", "  ".join(f"{share:.0%}" for share in usage)))
    return rows


def update_line(update: JsonObject) -> str:
    """A training_update as one line."""
    score, progress = update["score"], update["progress"]
    return (
        f"step {update['step']:,} ({progress['fraction']:.0%}), "
        f"mean score {number(score['mean'])}, best {number(score['max'])}, "
        f"{update['steps_per_second']:,.0f} moves/s, {duration(progress['seconds_left'])} left"
    )


def event_line(event: JsonObject) -> str:
    """Any other event as one line; empty where it is not worth one."""
    data = event["data"]
    match event["event"]:
        case "evaluation":
            low, high = data["score"]["ci95"]
            return (
                f"step {data['step']:,}: {data['games']} {data['mode']} games, mean score "
                f"{number(data['score']['mean'])} ({number(low)} to {number(high)})"
            )
        case "alert":
            return f"{data['severity']}: {data['message']}"
        case "run_state" if data["state"] in ("running", "paused", "failed"):
            return f"{data['state']}{': ' + data['reason'] if data['reason'] else ''}"
        case _:
            return ""
