"""What users read when a broadcast is over: why, and what to do next."""

from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Ending
from bot.broadcast.states import Reason
from cogs.wording.requests import UNEXPECTED
from cogs.wording.text import duration, named, plain, relative

_ENDINGS = {
    Reason.HOST_ENDED: "Ended by its host.",
    Reason.MODERATOR_ENDED: "Ended by the moderator **{by}**.",
    Reason.TIME_LIMIT: "The stream's time was up. Start the next one with `/odyssey start`.",
    Reason.DAY_LIMIT: (
        "This server's minutes of today are used up. Start the next one from midnight (UTC) on, "
        "or ask a moderator for more (`/odyssey settings minutes_per_day`)."
    ),
    Reason.LENGTH_REACHED: "It lasted as long as it was to. Start the next one with `/odyssey start`.",
    Reason.BROADCAST_LIMIT: "It reached the longest time that this server allows a broadcast.",
    Reason.STREAM_ENDED: "Odyssey ended the stream. Start the next one with `/odyssey start`.",
    Reason.CONTINUED: "One stream was over, and no other began. Start anew with `/odyssey start`.",
    Reason.CHANNEL_GONE: (
        "Nobody could see or steer it any more: its channel was deleted or closed, or the bot lost its "
        "permission to write there. Ask an admin to allow it, then start anew with `/odyssey start`."
    ),
    Reason.SHUTDOWN: "Ended because the bot restarts. Start anew with `/odyssey start` in a minute.",
    Reason.NO_STREAMER: (
        "Odyssey has no free streamer at the moment. Please try `/odyssey start` again in a few minutes."
    ),
    Reason.USAGE_LIMIT: (
        "Odyssey's usage limit is reached. Try again later, or ask the bot's operator to look at the plan."
    ),
    Reason.BAD_KEY: (
        "Odyssey refused the bot's API key. Ask the bot's operator to check `ODYSSEY_API_KEY`; "
        "nobody else can mend this."
    ),
    Reason.BAD_OWN_KEY: (
        "Odyssey refused the key of this server's own account. Someone who manages the server can set "
        "another one with `/odyssey account`; then start anew with `/odyssey start`."
    ),
    Reason.KEY_GONE: (
        "The Odyssey key that this was streamed with was removed. Start anew with `/odyssey start`."
    ),
    Reason.NO_ACCOUNT: (
        "This server has no Odyssey account that the bot could stream with any more. Someone who manages the "
        "server can set one with `/odyssey account`."
    ),
    Reason.NO_PICTURES: (
        "Odyssey's streamers take no pictures now. Start without one: `/odyssey start` with a prompt alone."
    ),
    Reason.REFUSED: (
        "Odyssey refused the request. If `/odyssey start` is refused again, "
        "ask the bot's operator to look at the Odyssey account."
    ),
    Reason.UNREACHABLE: "Odyssey did not answer in time. Please try `/odyssey start` again in a minute.",
    Reason.SERVICE_GONE: (
        "The connection to Odyssey was lost. What was streamed is kept; start anew with `/odyssey start`."
    ),
    Reason.STREAM_ERROR: "Odyssey stopped the stream. Try `/odyssey start` again, with another prompt.",
    Reason.INTERRUPTED: (
        "The bot was interrupted. What was streamed is kept; start anew with `/odyssey start`."
    ),
    Reason.NOT_STORED: (
        "The bot could store nothing any more, so nothing could be done. Ask the bot's operator to look at "
        "its disk, then start anew with `/odyssey start`."
    ),
    Reason.INTERNAL: UNEXPECTED,
    Reason.UNKNOWN: "It ended for a reason that only a newer version of the bot can tell.",
}

UNDERSTOOD = frozenset(
    {
        Reason.NO_STREAMER,
        Reason.USAGE_LIMIT,
        Reason.BAD_KEY,
        Reason.BAD_OWN_KEY,
        Reason.NO_ACCOUNT,
        Reason.NO_PICTURES,
    }
)
"""Failures that their sentence explains in full: no reference is needed to look further."""


def ending(end: Ending) -> str:
    if end.limit:
        sentence = reached_limit(end.limit)
    else:
        sentence = _ENDINGS[end.reason].format(by=named(end.by) if end.by else "a moderator")
    if end.detail and end.reason.is_failure:
        sentence += f"\n-# Odyssey says: {plain(end.detail)}"
    return sentence


def reached_limit(limit: UsageLimit) -> str:
    """Which usage limit of the service was reached, and when it ends, as far as that is known."""
    until = relative(limit.ends_at) if limit.ends_at else None
    match limit.kind:
        case LimitKind.MONTH:
            hours = _of(limit.used, limit.limit)
            sequel = (
                f"New ones are there {until}." if until else "Ask the bot's operator to look at the plan."
            )
            return f"This month's hours at Odyssey are used up{hours}. {sequel}"
        case LimitKind.STREAMS:
            streams = _of(limit.used, limit.limit)
            return (
                f"All streams that the bot's Odyssey account may run at once are in use{streams}. "
                "Please try again when one has ended."
            )
        case LimitKind.LENGTH:
            longest = f" of at most {duration(limit.limit)}" if limit.limit else " only of a shorter length"
            return f"The bot's Odyssey plan allows streams{longest}. Ask the bot's operator to look at it."
        case LimitKind.RATE:
            return f"The bot has asked Odyssey too often. Please try again {until or 'in a minute'}."
        case LimitKind.SUSPENDED:
            return (
                "Odyssey has suspended the bot's account. "
                "Ask the bot's operator to talk to Odyssey; nobody else can mend this."
            )


def _of(used: float | None, limit: float | None) -> str:
    return "" if used is None or limit is None else f" ({used:.4g} of {limit:.4g})"
