"""What Discord sends and discord.py cannot read is one lost event, not the end of the bot."""

import functools
import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from bot.kit.references import new_reference

log = logging.getLogger(__name__)

Parsers = MutableMapping[str, Callable[[Any], None]]

_NEEDED = ("READY", "RESUMED")
"""Without these there is no session: what breaks in them breaks the connection, which is made anew."""


def guard(parsers: Parsers) -> None:
    """Has an event that cannot be read logged and lost: Discord adds fields and leaves out others."""
    for event, parse in parsers.items():
        if event not in _NEEDED:
            parsers[event] = functools.partial(_try_to_read, event, parse)


def _try_to_read(event: str, parse: Callable[[Any], None], data: Any) -> None:
    try:
        parse(_readable(event, data))
    except Exception:  # the boundary of one event
        log.exception(
            "an event %s from Discord cannot be read, and is lost", event, extra={"ref": new_reference()}
        )


def _readable(event: str, data: Any) -> Any:
    """A dialogue whose message was deleted meanwhile has none; discord.py wants that left out, not null."""
    if event == "INTERACTION_CREATE" and data.get("message") is None:
        return {name: value for name, value in data.items() if name != "message"}
    return data
