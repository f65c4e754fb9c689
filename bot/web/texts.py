"""What the server itself says to people: to who is sent a link, and to who asks too much.

The page's own sentences are in `page/texts.js`.
"""

import re

from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind
from bot.broadcast.show.view import BroadcastView

SITE = "Odyssey broadcasts"
UNKNOWN = "There is no such page. Please check the link."
TOO_MANY = "Too much is asked for from where you are. Please try again in a minute."
NOT_NOW = "That cannot be had just now. Please try again in a moment."
PROMPT_LIMIT = 200
"""Characters of a prompt in a link's preview."""
NAME_LIMIT = 60
"""Characters of a prompt in a file's name."""
_NO_NAME = re.compile(r'[\x00-\x1f\x7f<>:"/\\\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
"""What some system does not take in a file's name, or shows as something else."""
_KINDS = {
    FileKind.VIDEO: "stream {number}.mp4",
    FileKind.PREVIEW: "stream {number}, preview.mp4",
    FileKind.THUMBNAIL: "stream {number}.jpg",
    FileKind.EVENTS: "stream {number}, events.jsonl",
    FileKind.FILM: "film.mp4",
    FileKind.CREDITS: "credits.vtt",
    FileKind.POSTER: "poster.jpg",
    FileKind.CONTACT_SHEET: "contact sheet.jpg",
    FileKind.CLIP: "clip {number}.mp4",
}


def title(view: BroadcastView | None, name: str | None) -> str:
    """What the page is called, and its link where somebody is sent it."""
    if view:
        return f"Live in #{name}" if name else "Live broadcast"
    return f"Broadcasts in #{name}" if name else "Live broadcasts"


def sentence(view: BroadcastView | None, last: PastBroadcast | None) -> str:
    """What is on, in one sentence."""
    if view:
        return f"“{_short(view.prompt_in_force)}”: a live world, steered by everyone in the channel."
    if last:
        return f"Nothing is on just now. The last broadcast began with “{_short(last.broadcast.prompt)}”."
    return "Nothing is on just now: the next broadcast in the channel begins here by itself."


def recording_title(past: PastBroadcast) -> str:
    """What a recording's page is called."""
    return f"“{_short(past.broadcast.prompt)}”"


def recording_sentence(past: PastBroadcast) -> str:
    """What is to be seen there, in one sentence."""
    date = (past.broadcast.live_at or past.broadcast.requested_at).date().isoformat()
    so_far = "" if past.is_over else ", as far as it is there"
    return f"The recording of a live world that a crowd steered, of {date}{so_far}."


def file_name(past: PastBroadcast, kind: FileKind, number: int | None) -> str:
    """What a file is called for whoever saves it; `number` is that of its stream, or of its clip."""
    date = (past.broadcast.live_at or past.broadcast.requested_at).date().isoformat()
    words = " ".join(_NO_NAME.sub(" ", past.broadcast.prompt).split())[:NAME_LIMIT].strip(" .")
    return ", ".join(filter(None, [words, date, _KINDS[kind].format(number=number)]))


def _short(prompt: str) -> str:
    words = " ".join(prompt.split())
    return words if len(words) <= PROMPT_LIMIT else f"{words[: PROMPT_LIMIT - 1].rstrip()}…"
