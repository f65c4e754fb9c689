"""How a broadcast stands, in words: on its panel, and for `/odyssey status`."""

from __future__ import annotations

from bot.broadcast.arbitration.policy import Mode, Standing
from bot.broadcast.model import Broadcast
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import State
from cogs.steering.ballot import VOTED, shown_candidates
from cogs.wording import panel as words
from cogs.wording.endings import UNDERSTOOD, ending
from cogs.wording.text import duration, plain, reference_line, waiting_for_review


def title(broadcast: Broadcast, session: BroadcastSession | None) -> str:
    """What people call the state of a broadcast."""
    if session and session.place_in_pool:
        return words.WAITING_FOR_A_STREAM
    return words.state(broadcast.state)


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
        lines.append(words.in_odysseys_words(session.prompt_in_force))
    if applied and applied.settled_at:
        lines.append(words.suggested_by(applied.viewer, applied.settled_at))
    ends_at = session.ends_at if broadcast.state is State.LIVE else None
    lines.append(f"-# {words.hosted_by(broadcast.host.name)}{words.ends_at_the_latest(ends_at)}")
    if place := session.place_in_pool:
        lines.append(words.waits_for_a_stream(place))
    return "\n".join(lines)


def motion_text(session: BroadcastSession) -> str:
    """Which mode is put to the vote, and how it stands; empty if none is."""
    motion = session.floor.motion
    return words.motion(motion, session.floor.date_of(motion.closes_at)) if motion else ""


def line_text(session: BroadcastSession, standing: Standing) -> str:
    """How the candidates stand, and who decides; without any, an invitation."""
    floor = session.floor
    lines = [] if floor.is_paused else [words.invitation(floor.mode)]
    if standing.candidates:
        lines = [words.line_head(floor.mode, floor.waiting - to_review(session))]
        if standing.closes_at is not None:
            lines[0] += words.closes(floor.date_of(standing.closes_at))
    for number, candidate in shown_candidates(floor.mode, standing):
        votes = candidate.votes if floor.mode in VOTED else None
        lines.append(words.candidate(number, candidate.choice.suggestion, votes))
    if standing.waiting:
        lines.append(f"-# {words.waiting_for_a_place(standing.waiting)}")
    if count := to_review(session):
        lines.append(f"-# {waiting_for_review(count)}")
    return "\n".join(lines)


def to_review(session: BroadcastSession) -> int:
    """How many suggestions wait for a moderator, where moderators decide."""
    return len(session.floor.pending) if session.floor.mode is Mode.HOST else 0


def epilogue(broadcast: Broadcast, left_in_line: int = 0) -> str:
    """What was shown, by whom, how long, and why it is over; thanks for what was still in line."""
    lines = [f"> {plain(broadcast.prompt)}", words.hosted_by(broadcast.host.name)]
    if broadcast.live_at and broadcast.ended_at:
        lines[-1] += f" · {duration((broadcast.ended_at - broadcast.live_at).total_seconds())}"
    if broadcast.ending:
        lines.append(ending(broadcast.ending))
        if broadcast.ending.reference and broadcast.ending.reason not in UNDERSTOOD:
            lines.append(reference_line(broadcast.ending.reference))
    if left_in_line and broadcast.state is not State.FAILED:
        lines.append(words.thanks(left_in_line))
    return "\n".join(lines)
