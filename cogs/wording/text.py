"""Text as Discord shows it: what comes from outside passes through `plain` first."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

import discord

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.intake.markup import defused
from bot.broadcast.model import Viewer

SHOWN_PROMPT_LIMIT = 300
PANEL_IS_BELOW = "The panel is further down."
SOMEBODY = "somebody"
"""Who has no name here (any more)."""
MESSAGE_LIMIT = 3900
"""Characters of text in a message of components; Discord allows 4000."""

_MODES = {Mode.QUEUE: "by turns", Mode.VOTE: "by vote", Mode.DRAW: "by lot", Mode.HOST: "by the moderators"}
_MARKS_KEPT = 3
"""On one letter: as many as Hebrew, Thai or Vietnamese need."""
_FROM_THE_RIGHT = ("R", "AL", "AN")
_NO_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F])
"""Marks that turn the direction of what follows, beyond the name that has them."""


def plain(text: str, limit: int = SHOWN_PROMPT_LIMIT) -> str:
    """Text from outside, on one line, shortened, and with nothing in it that Discord would act upon."""
    text = " ".join(without_heaps(text.translate(_NO_TURNING)).split())
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    # In pieces, since discord.py escapes only the first link of a line; and within addresses too, since
    # it takes whatever is glued to one for a part of it.
    pieces = (discord.utils.escape_markdown(piece, ignore_links=False) for piece in text.split("["))
    return defused(discord.utils.escape_mentions("\\[".join(pieces)))


def named(person: Viewer | None, limit: int = SHOWN_PROMPT_LIMIT) -> str:
    """What somebody is called; who is forgotten, or not known, is nobody in particular."""
    return plain(person.name, limit) if person and person.name else SOMEBODY


def without_heaps(text: str) -> str:
    """Text whose letters have no more marks than scripts need: heaps of them cover the lines around."""
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks <= _MARKS_KEPT:
            kept.append(character)
    return "".join(kept)


def isolated(text: str) -> str:
    """Text that turns nothing around it, though it may be written from the right to the left."""
    turns = any(unicodedata.bidirectional(character) in _FROM_THE_RIGHT for character in text)
    return f"\u2068{text}\u2069" if turns else text


def fitting(lines: Sequence[str]) -> str:
    """As many of the lines as fit into one message, from the first on."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(kept) + len(line) > MESSAGE_LIMIT:
            break
        kept.append(line)
    return "\n".join(kept)


def as_code(text: str) -> str:
    """Text from outside as inline code, in which nothing is acted upon, nor when it is copied out of it."""
    text = " ".join(text.translate(_NO_TURNING).replace("`", "").split())
    return f"`{defused(text)}`"


def mode_name(mode: Mode) -> str:
    return _MODES[mode]


def waiting_for_review(count: int) -> str:
    """How many suggestions wait for a moderator, where moderators decide."""
    if not count:
        return "Nothing waits for a moderator"
    return "1 waits for a moderator" if count == 1 else f"{count} wait for a moderator"


def reference_line(reference: str) -> str:
    return f"-# Reference: {reference}"


def relative(date: datetime) -> str:
    """Such as `in 5 minutes`, which Discord keeps true."""
    return discord.utils.format_dt(date, "R")


def length(minutes: int) -> str:
    """Such as `10 min`, `1 h 30 min`, `1 day` or `7 days`."""
    days, rest = divmod(minutes, 24 * 60)
    hours, rest = divmod(rest, 60)
    parts = [
        f"{days} {'day' if days == 1 else 'days'}" if days else "",
        f"{hours} h" if hours else "",
        f"{rest} min" if rest or not minutes else "",
    ]
    return " ".join(filter(None, parts))


def duration(seconds: float) -> str:
    """Such as `4.2 s`, `42 s` or `2 min 30 s`."""
    if seconds < 9.95:  # what rounds to less than ten
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
