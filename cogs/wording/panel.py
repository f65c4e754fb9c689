"""What everybody reads on the panel: how it is decided what is next, and what to do about it."""

from __future__ import annotations

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.intake.prefixes import is_word

PAUSED = "**Suggestions are paused by a moderator.**"
NOTHING_IS_TAKEN = (
    "⚠️ This server's text rules cannot be used just now, so nothing is taken. "
    "Moderators: please look at `/odyssey settings`."
)
_HEADS = {
    Mode.QUEUE: "**Next, by turns**",
    Mode.VOTE: "**Vote for what is next**",
    Mode.DRAW: "**In the draw**: the more people, the better the chance",
    Mode.HOST: "**Next, approved by the moderators**",
}
_INVITATIONS = {
    Mode.QUEUE: "**What happens next?** Nothing waits: your idea would be the next.",
    Mode.VOTE: "**What happens next?** Suggest something for everybody to vote on.",
    Mode.DRAW: "**What happens next?** Suggest something: lots are drawn.",
    Mode.HOST: "**What happens next?** Suggest something: the moderators choose.",
}


def how_to_steer(prefix: str, *, reads_chat: bool) -> str:
    """One line on how to take part, true to what the bot can read, and listens to: `prefix` may be empty."""
    if reads_chat and prefix:
        typed = f"{prefix} your idea" if is_word(prefix) else f"{prefix}your idea"
        shown = f"`` {typed} ``" if "`" in typed else f"`{typed}`"
        return f"Steer it: type {shown} here, use `/odyssey say`, or press Suggest."
    other_ways = "Steer it: use `/odyssey say`, press Suggest, mention the bot, or reply to this panel."
    return other_ways if reads_chat else f"{other_ways} (The bot cannot read other messages.)"


def line_head(mode: Mode, in_line: int) -> str:
    """Says above the candidates how one of them becomes the next."""
    return _HEADS[mode] if mode is Mode.VOTE else f"{_HEADS[mode]} · {in_line} in line"


def invitation(mode: Mode) -> str:
    """Stands where the candidates would be, if there were any."""
    return _INVITATIONS[mode]


def waiting_for_a_place(count: int) -> str:
    """How many candidates the ballot has no room for yet."""
    return f"{count} more {'waits' if count == 1 else 'wait'} for a place on the ballot"


def thanks(count: int) -> str:
    """Said to those whose ideas were still in line at the end."""
    if count == 1:
        return "Thank you for the idea that was still in line: bring it to the next one."
    return f"Thank you for the {count} ideas that were still in line: bring them to the next one."
