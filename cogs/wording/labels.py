"""What stands on buttons, in menus and dialogues: text as it is, since Discord shows no markup there."""

import re
import unicodedata

from bot.broadcast.arbitration.policy import Mode
from bot.guilds.settings.guild_settings import Group
from cogs.wording.fields import FIELDS, GROUPS
from cogs.wording.text import isolated, mode_name, without_heaps

SUGGEST, FOR, AGAINST, MODERATE, WATCH = "Suggest", "For", "Against", "Moderate", "Watch"
ANOTHER_ROUND = "Another round"
TAKE_BACK, WITHDRAW = "Take it back", "Withdraw"
REVIEW, PAUSE, RESUME, PANIC, END = "Review", "Pause", "Resume", "Panic", "End"
END_IT, KEEP_IT = "End it", "Keep it on air"
APPROVE, EDIT, REFUSE, NEXT = "Approve", "Edit", "Refuse", "Next"
UNMUTE, SOONER, LATER = "Unmute", "◀ Sooner", "Later ▶"
NEWER, OLDER = "◀ Newer", "Older ▶"
FRESH_LINKS, TIMELINE, REVOKE_LINK, NEW_LINK = "Fresh links", "Timeline", "Revoke link", "New link"
EARLIER_PART, LATER_PART = "◀ Earlier", "Later ▶"
EDIT_AGAIN, FORGET_ME = "Edit again", "Forget me"
SETTINGS, OVERVIEW, SETTINGS_QUESTION = "Settings", "Overview", "What is it about?"
EVERYONE_MAY, KEEP_AS_IT_IS = "Everyone may start; choose roles to change that", "Keep it as it is"
SET_KEY, REPLACE_KEY, REMOVE_KEY = "Set key", "Replace key", "Remove key"
YES_OR_NO = {"yes": "Yes", "no": "No"}

SUGGEST_QUESTION, SUGGEST_EXAMPLE = "What should happen next?", "The cat jumps onto the roof"
START_QUESTION, START_EXAMPLE = "What happens in this picture?", "The boat sets sail, and gulls follow it"
EDIT_TITLE, EDIT_QUESTION = "Edit and approve", "What is sent"
MUTE_QUESTION = "For how long?"

LABEL_LIMIT = 28
"""Characters of somebody's words on a button; Discord allows 80 in all, a phone shows about so many."""

_MARKUP = re.compile(r"[*_~`|\\]+|^\s*(?:[>#-]+\s+)+|[\u202a-\u202e\u2066-\u2069\u200e\u200f]")
_SHOWS_NOTHING = ("M", "C", "Z")
"""The first letters of categories of characters that are nothing by themselves."""
_FILLERS = "\u115f\u1160\u3164\uffa0\u2800"


def minutes_a_day(minutes: int) -> str:
    """A choice of the first question; 0 for any number."""
    return f"{minutes or 'Any number of'} minutes a day"


def first_picture_of(count: int) -> str:
    return f"The message has {count} pictures; this starts from the first"


def mode(mode: Mode) -> str:
    return f"{mode_name(mode)} ({mode})".capitalize()


def settings_of(group: Group) -> str:
    return f"Settings: {GROUPS[group]}"


def setting(name: str) -> str:
    return f"{name}: {FIELDS[name].title}"


def counted(label: str, count: int) -> str:
    return f"{label} ({count})" if count else label


def numbered_label(number: int, words: str) -> str:
    """A number and the beginning of somebody's words; the number stands in front whatever they are."""
    return f"{number} · {isolated(_beginning(_shown(words) or '…'))}"


def _shown(words: str) -> str:
    """The words without signs of markup, unless those are all there is; empty if nothing is to be seen."""
    for text in (_MARKUP.sub(" ", words), words):
        text = " ".join(without_heaps(text).split())
        if any(unicodedata.category(each)[0] not in _SHOWS_NOTHING and each not in _FILLERS for each in text):
            return text
    return ""


def _beginning(text: str) -> str:
    if len(text) <= LABEL_LIMIT:
        return text
    cut = text[: LABEL_LIMIT - 1]
    word_end = cut.rfind(" ")
    if text[len(cut)] != " " and word_end >= LABEL_LIMIT // 2:
        cut = cut[:word_end]
    # No half of an emoji, and no letter without what belongs to it.
    while len(cut) < len(text) and unicodedata.category(text[len(cut)])[0] in ("M", "C"):
        cut = cut[:-1]
    return cut.rstrip(" ,.;:\u200d") + "…"
