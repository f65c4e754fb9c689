"""What moderators read: in their controls, in a review, in the audit list, of mutes."""

from datetime import datetime

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.audit import Action, ActionKind
from bot.broadcast.intake.intake import Mute
from bot.broadcast.model import Suggestion, Viewer
from cogs.wording.text import mode_name, named, plain, relative

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
MUTES_TITLE = "## Muted"
NOBODY_MUTED = "Nobody is muted. `/odyssey mute` keeps somebody from steering for a while."
MUTE_OVER = "That mute was over already."
MUTED_ALREADY = "They are muted already: what you choose takes the place of that."

_DEEDS = {
    ActionKind.MODE: "chose the mode {subject}",
    ActionKind.PAUSE: "paused suggestions",
    ActionKind.RESUME: "resumed suggestions",
    ActionKind.PANIC: "pressed Panic: “{subject}”",
    ActionKind.MUTE: "muted {other} for {subject}",
    ActionKind.UNMUTE: "unmuted {other}",
    ActionKind.APPROVE: "approved “{subject}”",
    ActionKind.EDIT: "edited and approved “{subject}”",
    ActionKind.REFUSE: "refused “{subject}”",
    ActionKind.SETTING: "changed a setting: {subject}",
    ActionKind.CALL_VOTE: "called a vote of the viewers on the mode {subject}",
    ActionKind.ACCOUNT: "{subject} the server's own Odyssey account",
    ActionKind.OTHER: "did what only a newer version of the bot can tell: {subject}",
    ActionKind.END: "ended “{subject}”",
    ActionKind.LINK: "revoked the watch link of <#{subject}>, and had a new one made",
    ActionKind.REVOKE_LINK: "revoked the link of the recording {subject}",
    ActionKind.NEW_LINK: "had a new link made of the recording {subject}",
}


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
    return f"> {plain(suggestion.prompt, limit)}\n-# by **{named(suggestion.viewer)}**{changed}"


def review_is_off(mode: Mode) -> str:
    """In place of a review, when another mode was chosen meanwhile."""
    return f"## Review\nIt is decided {mode_name(mode)} now: suggestions need no approval."


def muted(viewer: Viewer, until: datetime, *, before: datetime | None) -> str:
    """Until when somebody cannot steer; `before` is until when that was so already, if it was."""
    ends = f"that ends {relative(until)}"
    if before:
        return f"**{named(viewer)}** was muted already: {ends} now, instead of {relative(before)}."
    return f"**{named(viewer)}** cannot steer; {ends}."


def unmuted(viewer: Viewer, *, was_muted: bool) -> str:
    """Whether that made any difference."""
    return f"**{named(viewer)}** can steer again." if was_muted else f"**{named(viewer)}** was not muted."


def mute(mute: Mute) -> str:
    who = f"**{named(mute.viewer, 40)}** · <@{mute.viewer.id}>"
    return f"{who}\n-# ends {relative(mute.until)} · by **{named(mute.by, 40)}**"


def mutes_summary(first: int, last: int, total: int) -> str:
    """Which of the mutes a page shows; the list begins with 1."""
    return f"{first} to {last} of {total}, the next to steer again first" if total else NOBODY_MUTED


def deed(action: Action) -> str:
    other = named(action.other, 40)
    what = _DEEDS[action.kind].format(subject=plain(action.subject, 80), other=other)
    return f"{relative(action.at)} **{named(action.actor, 40)}** {what}"


def deed_of_words(count: int, before: int, *, replaces: bool) -> str:
    return f"{count} words of a file, {'in place of' if replaces else 'besides'} {before}"
