"""What people read of clips."""

from bot.broadcast.history import PastBroadcast
from bot.broadcast.recordings.clip import Asked, Clip
from cogs.wording.text import as_code, named, plain

NAMED_LIMIT = 5
"""People named under one clip; the others are counted."""
TOO_LARGE = "The file is larger than this server takes. All of the broadcast is in `/odyssey recording`."
ON_THE_PAGE = "a viewer on the page"

NAMED = "Films name you for what you suggested, below the picture, wherever a server has that on."
NOT_NAMED = (
    "Films that are made from now on do not name you. What has your name already loses it with "
    "`/odyssey forget-me`."
)


def asked_for(asked: Asked) -> str:
    """What becomes of a request."""
    if not asked.is_new:
        return "Others want that moment too: you are named under the same clip."
    return (
        f"The last {asked.clip.seconds} s are kept. The clip comes here as soon as its recording is there: "
        "a few minutes, while the broadcast runs."
    )


def clip(shown: Clip, past: PastBroadcast) -> str:
    """The text above a clip."""
    title = "### The highlight of this broadcast" if shown.is_highlight else "### A clip"
    facts = f"{shown.seconds} s of “{plain(past.broadcast.prompt, limit=100)}”"
    return f"{title}\n{facts}\nKept by {_askers(shown)}\n{mark(shown)}"


def no_clip(shown: Clip, past: PastBroadcast) -> str:
    """In place of one that cannot be had."""
    moment = f"that moment of “{plain(past.broadcast.prompt, limit=100)}”"
    return (
        f"### No clip\nThe recording of {moment} cannot be had. What there is of the broadcast is in "
        f"`/odyssey recording`.\nAsked for by {_askers(shown)}\n{mark(shown)}"
    )


def mark(shown: Clip) -> str:
    """The line by which its post is found again."""
    return f"-# Clip {as_code(shown.id)}"


def _askers(shown: Clip) -> str:
    names = [f"**{plain(named(each), limit=32)}**" for each in shown.asked_by[:NAMED_LIMIT]]
    more = len(shown.asked_by) - len(names)
    if more:
        names.append("1 more" if more == 1 else f"{more} more")
    if shown.pages:
        names.append(ON_THE_PAGE if shown.pages == 1 else f"{shown.pages} viewers on the page")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
