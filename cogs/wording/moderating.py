"""What moderators read of mutes, and in the audit list."""

from datetime import datetime

from bot.broadcast.intake.intake import Mute
from bot.broadcast.model import Action, ActionKind
from cogs.wording.text import length, plain, relative

TITLE = "## Muted"
NOBODY_MUTED = "Nobody is muted. `/odyssey mute` keeps somebody from steering for a while."
MUTE_OVER = "That mute was over already."
MUTED_ALREADY = "They are muted already: what you choose takes the place of that."

_DEEDS = {
    ActionKind.MODE: "chose the mode {subject}",
    ActionKind.PAUSE: "paused suggestions",
    ActionKind.RESUME: "resumed suggestions",
    ActionKind.PANIC: "pressed Panic: “{subject}”",
    ActionKind.MUTE: "muted {subject}",
    ActionKind.UNMUTE: "unmuted {subject}",
    ActionKind.APPROVE: "approved “{subject}”",
    ActionKind.EDIT: "edited and approved “{subject}”",
    ActionKind.REFUSE: "refused “{subject}”",
    ActionKind.SETTING: "changed a setting: {subject}",
    ActionKind.CALL_VOTE: "called a vote of the viewers on the mode {subject}",
    ActionKind.OTHER: "did what only a newer version of the bot can tell: {subject}",
    ActionKind.END: "ended “{subject}”",
}


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


def deed(action: Action) -> str:
    what = _DEEDS[action.kind].format(subject=plain(action.subject, 80))
    return f"{relative(action.at)} **{plain(action.actor.name, 40)}** {what}"


def deed_of_words(count: int, before: int, *, replaces: bool) -> str:
    return f"{count} words of a file, {'in place of' if replaces else 'besides'} {before}"


def deed_of_mute(name: str, minutes: int) -> str:
    return f"{name} for {length(minutes)}"
