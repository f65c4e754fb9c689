"""What moderators read in their controls."""

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Suggestion
from cogs.wording.text import mode_name, plain

PANICKED = "Suggestions are stopped, the line is empty, and the safe prompt is sent. Resume when ready."
PAUSED = "Suggestions are paused; what is in line goes on. `/odyssey resume` takes them again."
RESUMED = "Suggestions are taken again."
NO_DEEDS = "Nothing has been done yet: no moderator's deed, and no called vote."
ASKED_TO_END = "**End this broadcast now?** What waits in line is not shown any more."
OVER = "This broadcast is over."
REVIEW_OVER = "## Review\nThis broadcast is over: nothing waits any more."
NOTHING_TO_REVIEW = (
    "Nothing waits for you. What comes is shown here for some minutes; after that, press Review again."
)
GONE_FROM_REVIEW = "What stood here waits no more: it was withdrawn or refused, or a moderator decided."
VOTE_IS_OPEN = "The vote is open for half a minute; its buttons are on the panel."


def ending(*, is_recorded: bool) -> str:
    """Word of an end that was asked for."""
    return f"The broadcast is ending.{' Its recording will be posted here.' if is_recorded else ''}"


def intake(*, is_paused: bool) -> str:
    return "Suggestions are paused." if is_paused else "Suggestions are taken."


def decided(mode: Mode) -> str:
    return f"Decided {mode_name(mode)}."


def decide(mode: Mode) -> str:
    return f"Decide {mode_name(mode)}"


def chosen(mode: Mode) -> str:
    sequel = " What people suggest waits for you: press Moderate, then Review." if mode is Mode.HOST else ""
    return f"From now on it is decided {mode_name(mode)}.{sequel}"


def review_head(count: int, *, is_paused: bool) -> str:
    return f"## Review\n-# {count} to decide{' · suggestions are paused' if is_paused else ''}"


def to_decide_on(suggestion: Suggestion, limit: int, *, is_changed: bool) -> str:
    """A suggestion in a review; `limit` is in characters of its words."""
    changed = " · ✏️ its author has changed the words" if is_changed else ""
    return f"> {plain(suggestion.prompt, limit)}\n-# by **{plain(suggestion.viewer.name)}**{changed}"


def review_is_off(mode: Mode) -> str:
    """In place of a review, when another mode was chosen meanwhile."""
    return f"## Review\nIt is decided {mode_name(mode)} now: suggestions need no approval."
