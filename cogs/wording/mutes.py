"""What moderators read of mutes."""

from datetime import datetime

from bot.broadcast.intake.intake import Mute
from cogs.wording.text import plain, relative

TITLE = "## Muted"
NOBODY_MUTED = "Nobody is muted. `/odyssey mute` keeps somebody from steering for a while."
MUTE_OVER = "That mute was over already."
MUTED_ALREADY = "They are muted already: what you choose takes the place of that."


def muted(name: str, until: datetime, *, before: datetime | None) -> str:
    """Until when somebody cannot steer; `before` is until when that was so already, if it was."""
    ends = f"that ends {relative(until)}"
    if before:
        return f"**{plain(name)}** was muted already: {ends} now, instead of {relative(before)}."
    return f"**{plain(name)}** cannot steer; {ends}."


def unmuted(name: str, *, was_muted: bool) -> str:
    """Whether that made any difference."""
    return f"**{plain(name)}** can steer again." if was_muted else f"**{plain(name)}** was not muted."


def mute(mute: Mute) -> str:
    who = f"**{plain(mute.viewer.name, 40)}** · <@{mute.viewer.id}>"
    return f"{who}\n-# ends {relative(mute.until)} · by **{plain(mute.by.name, 40)}**"


def page_summary(first: int, last: int, total: int) -> str:
    """Which of the mutes a page shows; the list begins with 1."""
    return f"{first} to {last} of {total}, the next to steer again first" if total else NOBODY_MUTED
