"""`serve` and `keep_serving`: a script that others can reach, and that stays to be reached."""

from __future__ import annotations

from typing import Any

from weightslab.control.public import check_duration
from weightslab.experiment import current
from weightslab.logs import logger


def serve(serving_cli: bool = False, serving_grpc: bool = False, **kwargs: Any) -> None:
    """Start the services by which a console or the studio reaches this script.

    They are not part of this version: what is asked for is told on the log, and the script goes on.
    Everything recorded can be read by any other process from the experiment's folder meanwhile.
    """
    for asked, name in ((serving_cli, "console"), (serving_grpc, "gRPC")):
        if asked:
            logger.warning("the %s service is not part of this version of weightslab.", name)


def keep_serving(timeout: float | None = None) -> None:
    """Keep the process alive, and do what is asked of it meanwhile (evaluations, edits).

    What was recorded is brought to the disk first.

    Args:
        timeout: seconds; None: until Ctrl-C, which ends the wait, not the script.

    Raises:
        ArgumentError: the timeout is negative or no number.
        OSError: the disk is full or refuses.
    """
    check_duration(timeout)
    experiment = current()
    experiment.flush(durable=True)
    try:
        experiment.control.idle(timeout)
    except KeyboardInterrupt:
        logger.info("interrupted: the script goes on.")
