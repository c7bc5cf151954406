"""`serve` and `keep_serving`: a script that others can reach, and that stays to be reached."""

from __future__ import annotations

import logging
from typing import Any

from weightslab.errors import ArgumentError
from weightslab.experiment import current

logger = logging.getLogger("weightslab")


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

    Args:
        timeout: seconds; None: until it is interrupted.

    Raises:
        ArgumentError: the timeout is negative or no number.
    """
    if timeout is not None and (isinstance(timeout, bool) or not timeout >= 0):
        raise ArgumentError(f"timeout: seconds are wanted, not {timeout!r}.")
    try:
        current().control.idle(timeout)
    except KeyboardInterrupt:
        logger.info("interrupted: the script goes on.")
