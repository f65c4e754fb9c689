"""What everybody reads on the panel: how it is decided what is next, and what to do about it."""

from datetime import datetime

from bot.broadcast.arbitration.policy import Choice, Mode
from bot.broadcast.floor.view import ShownCandidate, ShownMotion
from bot.broadcast.intake.prefixes import is_word
from bot.broadcast.limits.budget import LAST_CALL_S
from bot.broadcast.model import Viewer
from bot.broadcast.states import State
from cogs.wording.text import isolated, mode_name, named, ordinal, plain, relative

REWORDED_SHOWN = 120
"""Characters of what Odyssey made of a prompt."""
WORDS_SHOWN, NAME_SHOWN = 60, 32
"""Characters of a candidate's words, and of its author's name, in the list."""
BAR_LENGTH = 12
"""Blocks of a bar that has all votes."""

PAUSED = "**Suggestions are paused by a moderator.**"
NOTHING_IS_TAKEN = (
    "⚠️ This server's text rules cannot be used just now, so nothing is taken. "
    "Moderators: please look at `/odyssey settings`."
)
NOTHING_IS_STORED = (
    "⚠️ The bot can store nothing just now, so nothing is taken and the stream rests. "
    "It goes on by itself; what waits in line stays there."
)
BEHIND = (
    "-# Watch opens the plain video, some seconds behind. Where a browser does not play it, a player such as "
    "VLC does."
)
LAST_CALL = f"⏳ {LAST_CALL_S:.0f} s left"
BACK_SOON = "⏸️ Back soon"
GOES_ON = "The bot restarts: this goes on by itself in a moment, and what waits in line stays there."
STARTED = "✅ It starts: its panel is in the channel."
WAITING_FOR_A_STREAM = "⏳ Waiting for a free stream"
_STATES = {
    State.REQUESTED: "⏳ Connecting to Odyssey",
    State.CONNECTING: "⏳ Connecting to Odyssey",
    State.LIVE: "🔴 Live",
    State.ENDING: "⏹️ Ending",
    State.ENDED: "⏹️ Ended",
    State.FAILED: "⚠️ Failed",
}
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


def state(state: State) -> str:
    return _STATES[state]


def coming_back(attempt: int) -> str:
    """While the picture is gone; the first try needs no number."""
    return f"🔄 The world is coming back{f', {ordinal(attempt)} try' if attempt > 1 else ''}"


def in_odysseys_words(prompt: str) -> str:
    return f"-# In Odyssey's words: {plain(prompt, REWORDED_SHOWN)}"


def suggested_by(viewer: Viewer, applied_at: datetime) -> str:
    return f"Suggested by **{named(viewer)}** · applied {relative(applied_at)}"


def watch_link(url: str, *, is_new: bool) -> str:
    """A channel's link, for who asked for it, or had a new one made."""
    if is_new:
        return f"The link of before leads nowhere any more. From now on this one leads to this channel: {url}"
    return f"Whoever has this link may watch what is on in this channel, now and next time: {url}"


def hosted_by(host: Viewer) -> str:
    return f"Hosted by **{named(host)}**"


def ends_at_the_latest(ends_at: datetime | None) -> str:
    """Behind that, when it ends, if that is known."""
    return f" · ends {relative(ends_at)} at the latest" if ends_at else ""


def waits_for_a_stream(place: int) -> str:
    """While all of the account's streams are in use."""
    return f"All streams are in use: this broadcast is number **{place}** in line, and starts by itself."


def motion(motion: ShownMotion) -> str:
    """Which mode is put to the vote, and how it stands."""
    return (
        f"🗳️ **{named(motion.by)}** asks to decide **{mode_name(motion.mode)}** from now on: "
        f"{motion.votes_for} for, {motion.votes_against} against{closes(motion.closes_at)}"
    )


def closes(closes_at: datetime) -> str:
    return f" · closes {relative(closes_at)}"


def candidate(candidate: ShownCandidate) -> str:
    """One of those that can be next."""
    suggestion, votes = candidate.suggestion, candidate.votes
    idea, author = plain(suggestion.prompt, WORDS_SHOWN), named(suggestion.viewer, NAME_SHOWN)
    # Not as a list: Discord would count anew, and a ballot may miss a number.
    line = f"**{candidate.number}** · {isolated(idea)} — {isolated(author)}"
    return line if votes is None else f"{line} · {votes} {'vote' if votes == 1 else 'votes'}"


def bar(votes: int, all_votes: int) -> str:
    """A candidate's part of all votes on a ballot."""
    filled = round(BAR_LENGTH * votes / all_votes) if all_votes else 0
    return f"-# {'█' * filled}{'░' * (BAR_LENGTH - filled)}"


def winner(choice: Choice) -> str:
    """Who won the newest ballot, and how."""
    idea = plain(choice.suggestion.prompt, WORDS_SHOWN)
    author = named(choice.suggestion.viewer, NAME_SHOWN)
    return f"🏆 **{isolated(author)}**'s “{isolated(idea)}” won: **{choice.votes} of {choice.all_votes}**"


def line_head(mode: Mode, in_line: int) -> str:
    """Says above the candidates how one of them becomes the next."""
    return _HEADS[mode] if mode is Mode.VOTE else f"{_HEADS[mode]} · {in_line} in line"


def invitation(mode: Mode) -> str:
    return _INVITATIONS[mode]


def waiting_for_a_place(count: int) -> str:
    return f"{count} more {'waits' if count == 1 else 'wait'} for a place on the ballot"


def came_true(ideas: int, people: int) -> str:
    """How much of what people wanted was applied."""
    what = "1 idea" if ideas == 1 else f"{ideas} ideas"
    return f"**{what}** from **{people} {'person' if people == 1 else 'people'}** came true."


def thanks(count: int) -> str:
    if count == 1:
        return "Thank you for the idea that was still in line: bring it to the next one."
    return f"Thank you for the {count} ideas that were still in line: bring them to the next one."
