"""How the service is on an evening: slow, forgetful, full, or well."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Mood:
    """How the service is on an evening. Shares of 1, and seconds."""

    slots: int
    stream_limit_s: float
    slowness: float
    loses: float
    refuses: float
    breaks_after_s: float
    """On average; infinite for never."""
    breaks_on_hearing: float
    blocks_s: float
    """How long a connection counts that nobody closed."""
    records_after_s: float
    never_records: float

    @classmethod
    def of(cls, luck: random.Random) -> Mood:
        return cls(
            slots=luck.randint(1, 5),
            stream_limit_s=luck.choice((30.0, 60.0, 150.0)),
            slowness=luck.choice((0.1, 1.0, 4.0)),
            loses=luck.choice((0.0, 0.0, 0.03, 0.2)),
            refuses=luck.choice((0.0, 0.03, 0.2)),
            breaks_after_s=luck.choice((float("inf"), float("inf"), 300.0, 40.0)),
            breaks_on_hearing=luck.choice((0.0, 0.0, 0.2)),
            blocks_s=luck.choice((5.0, 60.0, 900.0)),
            records_after_s=luck.choice((2.0, 20.0, 200.0)),
            never_records=luck.choice((0.0, 0.0, 0.1)),
        )
