"""What the server itself says to people: to who is sent a link, and to who asks too much.

The page's own sentences are in `page/texts.js`.
"""

from bot.broadcast.history import PastBroadcast
from bot.broadcast.show.view import BroadcastView

SITE = "Odyssey broadcasts"
UNKNOWN = "There is no such page. Please check the link."
TOO_MANY = "Too much is asked for from where you are. Please try again in a minute."
NOT_NOW = "That cannot be had just now. Please try again in a moment."
PROMPT_LIMIT = 200
"""Characters of a prompt in a link's preview."""


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


def _short(prompt: str) -> str:
    words = " ".join(prompt.split())
    return words if len(words) <= PROMPT_LIMIT else f"{words[: PROMPT_LIMIT - 1].rstrip()}…"
