"""How a broadcast stands, in words: on its panel, and for `/odyssey status`."""

from __future__ import annotations

import discord

from bot.broadcast.arbitration.policy import Mode, Standing
from bot.broadcast.model import Broadcast
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import State
from cogs import wording
from cogs.steering.ballot import VOTED, shown_candidates
from cogs.wording import panel as words
from cogs.wording import plain
from cogs.wording.text import isolated

REWORDED_SHOWN = 120
"""Characters of what Odyssey made of a prompt."""
WORDS_SHOWN, NAME_SHOWN = 60, 32
"""Characters of a candidate's words, and of its author's name, in the list."""

_TITLES = {
    State.REQUESTED: "⏳ Connecting to Odyssey",
    State.CONNECTING: "⏳ Connecting to Odyssey",
    State.LIVE: "🔴 Live",
    State.ENDING: "⏹️ Ending",
    State.ENDED: "⏹️ Ended",
    State.FAILED: "⚠️ Failed",
}


def title(broadcast: Broadcast, session: BroadcastSession | None) -> str:
    """What people call the state of a broadcast."""
    if session and session.place_in_pool:
        return "⏳ Waiting for a free stream"
    return _TITLES[broadcast.state]


def status_text(session: BroadcastSession, standing: Standing) -> str:
    """How a running broadcast stands: what is shown, who hosts, how long it lasts, what is in line.

    `standing` is its floor's: a large one takes a moment to make, so it is made once.
    """
    texts = [now_text(session), motion_text(session), line_text(session, standing)]
    return "\n".join(text for text in texts if text)


def now_text(session: BroadcastSession) -> str:
    """What is shown and by whose idea, who hosts, and how long it lasts."""
    broadcast, applied = session.broadcast, session.last_applied
    asked_for = applied.prompt if applied else broadcast.prompt
    lines = [f"> {plain(asked_for)}"]
    if session.prompt_in_force != asked_for:
        lines.append(f"-# In Odyssey's words: {plain(session.prompt_in_force, REWORDED_SHOWN)}")
    if applied and applied.settled_at:
        when = discord.utils.format_dt(applied.settled_at, "R")
        lines.append(f"-# Suggested by **{plain(applied.viewer.name)}** · applied {when}")
    facts = f"-# Hosted by **{plain(broadcast.host.name)}**"
    if broadcast.state is State.LIVE and session.ends_at:
        facts += f" · ends {discord.utils.format_dt(session.ends_at, 'R')} at the latest"
    lines.append(facts)
    if place := session.place_in_pool:
        lines.append(
            f"All streams are in use: this broadcast is number **{place}** in line, and starts by itself."
        )
    return "\n".join(lines)


def motion_text(session: BroadcastSession) -> str:
    """Which mode is put to the vote, and how it stands; empty if none is."""
    motion = session.floor.motion
    if motion is None:
        return ""
    return (
        f"🗳️ **{plain(motion.by.name)}** asks to decide **{wording.mode_name(motion.mode)}** from now on: "
        f"{motion.votes_for} for, {motion.votes_against} against · "
        f"closes {discord.utils.format_dt(session.floor.date_of(motion.closes_at), 'R')}"
    )


def line_text(session: BroadcastSession, standing: Standing) -> str:
    """How the candidates stand, and who decides; without any, an invitation."""
    floor = session.floor
    lines = [] if floor.is_paused else [words.invitation(floor.mode)]
    if standing.candidates:
        lines = [words.line_head(floor.mode, floor.waiting - to_review(session))]
        if standing.closes_at is not None:
            closes_at = floor.date_of(standing.closes_at)
            lines[0] += f" · closes {discord.utils.format_dt(closes_at, 'R')}"
    for number, candidate in shown_candidates(floor.mode, standing):
        suggestion = candidate.choice.suggestion
        idea, author = plain(suggestion.prompt, WORDS_SHOWN), plain(suggestion.viewer.name, NAME_SHOWN)
        # Not as a list: Discord would count anew, and a ballot may miss a number.
        line = f"**{number}** · {isolated(idea)} — {isolated(author)}"
        if floor.mode in VOTED:
            line += f" · {candidate.votes} {'vote' if candidate.votes == 1 else 'votes'}"
        lines.append(line)
    if standing.waiting:
        lines.append(f"-# {words.waiting_for_a_place(standing.waiting)}")
    if count := to_review(session):
        lines.append(f"-# {wording.to_review(count)}")
    return "\n".join(lines)


def to_review(session: BroadcastSession) -> int:
    """How many suggestions wait for a moderator, where moderators decide."""
    return len(session.floor.pending) if session.floor.mode is Mode.HOST else 0


def epilogue(broadcast: Broadcast, left_in_line: int = 0) -> str:
    """What was shown, by whom, how long, and why it is over; thanks for what was still in line."""
    lines = [f"> {plain(broadcast.prompt)}", f"Hosted by **{plain(broadcast.host.name)}**"]
    if broadcast.live_at and broadcast.ended_at:
        lines[-1] += f" · {wording.duration((broadcast.ended_at - broadcast.live_at).total_seconds())}"
    if broadcast.ending:
        lines.append(wording.ending(broadcast.ending))
        if broadcast.ending.reference and broadcast.ending.reason not in wording.UNDERSTOOD:
            lines.append(f"-# Reference: {broadcast.ending.reference}")
    if left_in_line and broadcast.state is not State.FAILED:
        lines.append(words.thanks(left_in_line))
    return "\n".join(lines)
