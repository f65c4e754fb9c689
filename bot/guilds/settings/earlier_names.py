"""Settings as earlier versions called them: in the database, and in files that people have kept."""

import math
from typing import Any

from bot.broadcast.limits.budget import MINUTES_LIMIT


def named_as_now(values: dict[str, Any]) -> dict[str, Any]:
    """The same settings by the names that they have now. What cannot be understood keeps its name."""
    seconds = values.get("broadcast_limit_s")
    if not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
        return values
    renamed = {name: value for name, value in values.items() if name != "broadcast_limit_s"}
    if seconds:  # else it was left to the service
        renamed.setdefault("minutes_limit", min(math.ceil(seconds / 60), MINUTES_LIMIT))
    return renamed
