"""What Discord sends and discord.py cannot read is one lost event, not the end of the bot."""

import asyncio
import functools
import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from bot.kit.references import new_reference

log = logging.getLogger(__name__)

Parsers = MutableMapping[str, Callable[[Any], None]]

_NEEDED = ("READY", "RESUMED")
"""Without these there is no session: what breaks in them breaks the connection, which is made anew."""
_OF_INTERACTIONS = ("CommandTree-invoker", "discord-ui-")
"""What discord.py calls the tasks in which it reads commands, and what is pressed and chosen."""


def guard(parsers: Parsers) -> None:
    """Has an event that cannot be read logged and lost: Discord adds fields and leaves out others."""
    for event, parse in parsers.items():
        if event not in _NEEDED:
            parsers[event] = functools.partial(_try_to_read, event, parse)


def guard_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """The same of interactions, which discord.py reads further in tasks that nobody waits for."""
    loop.set_exception_handler(_task_failed)


def _task_failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    task = context.get("future")
    if isinstance(task, asyncio.Task) and task.get_name().startswith(_OF_INTERACTIONS):
        error = context.get("exception")
        log.error(
            "an interaction from Discord cannot be read, and is lost",
            exc_info=error if isinstance(error, Exception) else None,
            extra={"ref": new_reference()},
        )
    else:
        loop.default_exception_handler(context)


def _try_to_read(event: str, parse: Callable[[Any], None], data: Any) -> None:
    try:
        parse(_readable(event, data))
    except Exception:  # the boundary of one event
        log.exception(
            "an event %s from Discord cannot be read, and is lost", event, extra={"ref": new_reference()}
        )


def _readable(event: str, data: Any) -> Any:
    """A dialogue whose message was deleted meanwhile has none; discord.py wants that left out, not null.

    Raises `TypeError` for an interaction that nobody could answer: discord.py would notice only then.
    """
    if event != "INTERACTION_CREATE":
        return data
    if not isinstance(data["token"], str):
        raise TypeError
    if data.get("message") is None:
        return {name: value for name, value in data.items() if name != "message"}
    return data
