"""How fast an environment plays: the part that runs in every contestant's own process.

Needs nothing but the standard library, because it runs in the peers' environments.
"""

import json
import sys
import time
from collections.abc import Callable

Play = Callable[[], object]


def serve(make: Callable[[int], Play | None]) -> None:
    """Answer `[batch, seconds]` lines with moves per CPU second until the input ends.

    Args:
        make: gives what plays one move in each of a batch of games, or None where the
            contestant has no such batch. A call ends when observations, rewards and (where there
            are any) masks of all games can be read; games that ended have been restarted.
    """
    plays: dict[int, Play | None] = {}
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        batch, seconds = json.loads(line)
        if batch not in plays:
            plays[batch] = make(batch)
            _calls_per_cpu_second(plays[batch], seconds / 10)
        rate = _calls_per_cpu_second(plays[batch], seconds)
        print(json.dumps(rate and rate * batch), flush=True)


def _calls_per_cpu_second(play: Play | None, seconds: float) -> float | None:
    """CPU time of all threads: on a core of its own it is the time that passes."""
    if play is None:
        return None
    calls, done = 1, 0
    started = time.process_time()
    while (passed := time.process_time() - started) < seconds:
        for _ in range(calls):
            play()
        done += calls
        calls = min(2 * calls, 1 + done // 4)
    return done / passed
