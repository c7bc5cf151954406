"""Token buckets, one per caller's address."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from app.errors import TooManyError

_MOST_CALLERS = 10_000


@dataclass
class _Bucket:
    tokens: float
    filled_at_s: float


class RateLimit:
    """At most `burst` at once and `per_second` afterwards, for each key."""

    def __init__(self, *, burst: int, per_second: float) -> None:
        self._burst = burst
        self._per_second = per_second
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> None:
        """Counts one. Raises TooManyError with the seconds to wait."""
        now = time.monotonic()
        bucket = self._buckets.setdefault(key, _Bucket(self._burst, now))
        self._buckets.move_to_end(key)
        while len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        refilled = bucket.tokens + (now - bucket.filled_at_s) * self._per_second
        bucket.tokens = min(self._burst, refilled)
        bucket.filled_at_s = now
        if bucket.tokens < 1:
            wait_s = math.ceil((1 - bucket.tokens) / self._per_second)
            raise TooManyError(
                "That was too many in a short time. Wait a moment.", retry_after_s=wait_s
            )
        bucket.tokens -= 1
