"""What moderators read in the audit list."""

from bot.broadcast.model import Action, ActionKind
from cogs.wording.text import length, plain, relative

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


def deed(action: Action) -> str:
    what = _DEEDS[action.kind].format(subject=plain(action.subject, 80))
    return f"{relative(action.at)} **{plain(action.actor.name, 40)}** {what}"


def deed_of_words(count: int, before: int, *, replaces: bool) -> str:
    return f"{count} words of a file, {'in place of' if replaces else 'besides'} {before}"


def deed_of_mute(name: str, minutes: int) -> str:
    return f"{name} for {length(minutes)}"
