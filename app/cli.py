"""`model-studio`: reads the arguments and hands them to the command's module in `app.console`.

A module is named by a string and loaded when its command is given: what one command needs (torch,
the web server) the others do not wait for.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

from app.console.output import complain
from app.errors import CommandError, StartupError

EXIT_TO_BE_PUT_RIGHT = 2
_RUN_HELP = "folder of a run, or of one of its checkpoints; of a run, the newest is taken"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command: 0 ok, 1 failed, 2 where something has to be put right first."""
    options = _parser().parse_args(arguments)
    command = importlib.import_module(f"app.console.{options.command}")
    try:
        code: int = command.run(options)
    except (StartupError, CommandError) as error:
        complain(str(error))
        return EXIT_TO_BE_PUT_RIGHT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="model-studio", description="Draw, train, look, keep.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_up(commands.add_parser("up", help="serve the page and the API"))
    _add_train(commands.add_parser("train", help="train a design, without server or browser"))
    _add_evaluate(commands.add_parser("evaluate", help="how well a trained model plays"))
    _add_play(commands.add_parser("play", help="watch a trained model play"))
    _add_export(commands.add_parser("export", help="write a trained model as a file"))
    _add_doctor(commands.add_parser("doctor", help="check the installation"))
    return parser


def _add_up(up: argparse.ArgumentParser) -> None:
    up.add_argument("--host", help="address to listen on (127.0.0.1)")
    up.add_argument("--port", type=int, help="port of page and API (8000)")
    up.add_argument("--grpc-port", type=int, help="port of the ledger's gRPC service (50051)")
    up.add_argument("--data-dir", type=Path, help="where all state lies")
    up.add_argument("--mongo-url", help="a MongoDB to use instead of the embedded one")


def _add_doctor(doctor: argparse.ArgumentParser) -> None:
    doctor.add_argument("--data-dir", type=Path, help="where all state lies")
    doctor.add_argument("--port", type=int, help="port of page and API (8000)")
    _add_json(doctor)


def _add_train(train: argparse.ArgumentParser) -> None:
    train.add_argument(
        "design", nargs="?", help="a design file, or template:NAME; left out with --resume"
    )
    train.add_argument("--minutes", type=float, help="train for so long, without the pauses")
    train.add_argument("--steps", type=int, help="moves to train on in all")
    train.add_argument("--seed", type=int, help="of weights, games and play (0)")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="settings",
        help="a hyperparameter; may be given several times",
    )
    train.add_argument(
        "--teacher",
        type=Path,
        metavar="RUN",
        help="kick-start: learn from this run's network, or checkpoint's, at first",
    )
    where = train.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, help="the run's folder; default: a new one under runs/")
    where.add_argument("--resume", type=Path, metavar="DIR", help="go on with the run in DIR")
    train.add_argument(
        "--games", type=int, default=128, help="games of the evaluation at the end (128), 0: none"
    )
    _add_json(train, "print every event as a line of JSON")


def _add_evaluate(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument("run", type=Path, help=_RUN_HELP)
    evaluate.add_argument("--games", type=int, default=512, help="whole games to play (512)")
    _add_mode(evaluate)
    _add_json(evaluate)


def _add_play(play: argparse.ArgumentParser) -> None:
    play.add_argument("run", type=Path, nargs="?", help=_RUN_HELP + "; left out with --replay")
    _add_mode(play)
    play.add_argument("--speed", type=float, default=5.0, help="moves per second (5), 0: no waits")
    play.add_argument("--record", type=Path, metavar="FILE", help="write the game to FILE")
    play.add_argument("--replay", type=Path, metavar="FILE", help="show a recorded game instead")
    _add_json(play)


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument("run", type=Path, help=_RUN_HELP)
    export.add_argument("--fmt", choices=["onnx", "pt", "safetensors", "py"], default="onnx")
    export.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write")
    _add_json(export)


def _add_mode(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--mode",
        choices=["greedy", "sampled", "symmetric", "search"],
        default="greedy",
        help="how a move is chosen (greedy: the one the network likes best)",
    )
    command.add_argument(
        "--depth",
        type=int,
        choices=[1, 2, 3],
        default=2,
        help="of search (2); 3 goes on to 5 where few cells are empty",
    )
    command.add_argument("--seed", type=int, default=1_000_000, help="of the first game")


def _add_json(command: argparse.ArgumentParser, text: str = "print JSON") -> None:
    command.add_argument("--json", action="store_true", help=text)


if __name__ == "__main__":
    sys.exit(main())
