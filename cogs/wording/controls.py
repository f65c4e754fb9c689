"""What moderators read in their controls."""

from __future__ import annotations

from bot.broadcast.arbitration.policy import Mode
from cogs.wording.text import mode_name

PANICKED = "Suggestions are stopped, the line is empty, and the safe prompt is sent. Resume when ready."
ASKED_TO_END = "**End this broadcast now?** What waits in line is not shown any more."
OVER = "This broadcast is over."


def ending(*, is_recorded: bool) -> str:
    """Word of an end that was asked for."""
    return f"The broadcast is ending.{' Its recording will be posted here.' if is_recorded else ''}"


def intake(*, is_paused: bool) -> str:
    """Whether suggestions are taken."""
    return "Suggestions are paused." if is_paused else "Suggestions are taken."


def decided(mode: Mode) -> str:
    """How it is decided what is next."""
    return f"Decided {mode_name(mode)}."
