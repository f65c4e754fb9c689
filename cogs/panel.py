"""The panel: one message that shows how a broadcast stands, and how to take part."""

from __future__ import annotations

from typing import Any, cast

import discord
from discord.ui import ActionRow, Button, Container, LayoutView, MediaGallery, Separator, TextDisplay

from bot.broadcast.arbitration.policy import Mode, Standing
from bot.broadcast.model import Broadcast
from bot.broadcast.prefixes import is_word
from bot.broadcast.session import BroadcastSession
from bot.broadcast.states import State
from cogs import wording
from cogs.ballot import VOTED, shown_candidates, vote_buttons
from cogs.buttons import Action, PanelButton
from cogs.wording import plain

STEERABLE = (State.REQUESTED, State.CONNECTING, State.LIVE)
"""The states in which the panel has buttons."""
PICTURE_NAME = "now.jpg"
"""The file, sent along with a panel, that shows how the stream looks."""

_LOOKS = {
    State.REQUESTED: ("⏳ Connecting to Odyssey", discord.Colour.orange()),
    State.CONNECTING: ("⏳ Connecting to Odyssey", discord.Colour.orange()),
    State.LIVE: ("🔴 Live", discord.Colour.red()),
    State.ENDING: ("⏹️ Ending", discord.Colour.orange()),
    State.ENDED: ("⏹️ Ended", discord.Colour.dark_grey()),
    State.FAILED: ("⚠️ Failed", discord.Colour.gold()),
}


class Panel(LayoutView):
    """A broadcast's panel as it stands now: with `session` while it runs, without once it is over."""

    def __init__(
        self, broadcast: Broadcast, session: BroadcastSession | None, *, watch_url: str, how_to_steer: str
    ) -> None:
        super().__init__(timeout=None)
        title, colour = _LOOKS[broadcast.state]
        if session and session.place_in_pool:
            title = "⏳ Waiting for a free stream"
        container: Container[Panel] = Container(accent_colour=colour)
        container.add_item(TextDisplay(f"## {title}"))
        if session and broadcast.state in STEERABLE:
            standing = session.floor.standing
            container.add_item(TextDisplay(status_text(session, standing)))
            if session.picture:
                container.add_item(MediaGallery(discord.MediaGalleryItem(f"attachment://{PICTURE_NAME}")))
            container.add_item(Separator())
            paused = "Suggestions are paused by a moderator."
            container.add_item(TextDisplay(f"-# {paused if session.floor.is_paused else how_to_steer}"))
            if session.floor.motion:
                container.add_item(
                    ActionRow(
                        PanelButton(Action.FOR, broadcast.id), PanelButton(Action.AGAINST, broadcast.id)
                    )
                )
            if ballot := vote_buttons(session, standing):
                container.add_item(ActionRow(*ballot))
            container.add_item(
                ActionRow(
                    PanelButton(Action.SUGGEST, broadcast.id),
                    Button(label="Watch", url=watch_url),
                    PanelButton(Action.MODERATE, broadcast.id, _waiting_for_moderators(session)),
                )
            )
        else:
            container.add_item(TextDisplay(_epilogue(broadcast)))
        self.add_item(container)
        self.stop()  # its buttons are dynamic items, so discord.py need not remember the view

    @property
    def payload(self) -> list[dict[str, Any]]:
        """The components as Discord gets them: two panels with the same ones look the same."""
        return cast("list[dict[str, Any]]", self.to_components())  # type: ignore[no-untyped-call]


def state_title(state: State) -> str:
    """What people call a state."""
    return _LOOKS[state][0]


def how_to_steer(prefix: str, *, reads_chat: bool) -> str:
    """One line on how to take part, true to what the bot can read, and listens to: `prefix` may be empty."""
    if reads_chat and prefix:
        typed = f"{prefix} your idea" if is_word(prefix) else f"{prefix}your idea"
        shown = f"`` {typed} ``" if "`" in typed else f"`{typed}`"
        return f"Steer it: type {shown} here, use `/odyssey say`, or press Suggest."
    other_ways = "Steer it: use `/odyssey say`, press Suggest, mention the bot, or reply to this panel."
    return other_ways if reads_chat else f"{other_ways} (The bot cannot read other messages.)"


def status_text(session: BroadcastSession, standing: Standing) -> str:
    """How a running broadcast stands: what is shown, who hosts, how long it lasts, what is in line.

    `standing` is its floor's: a large one takes a moment to make, so it is made once.
    """
    broadcast = session.broadcast
    applied = session.last_applied
    asked_for = applied.prompt if applied else broadcast.prompt
    lines = [f"> {plain(asked_for)}"]
    if session.prompt_in_force != asked_for:
        lines.append(f"-# In Odyssey's words: {plain(session.prompt_in_force)}")
    if applied and applied.settled_at:
        when = discord.utils.format_dt(applied.settled_at, "R")
        lines.append(f"-# Suggested by **{plain(applied.viewer.name)}** · applied {when}")
    facts = [f"Hosted by **{plain(broadcast.host.name)}**"]
    if broadcast.state is State.LIVE and session.ends_at:
        facts.append(f"ends {discord.utils.format_dt(session.ends_at, 'R')} at the latest")
    lines.append(" · ".join(facts))
    if place := session.place_in_pool:
        lines.append(
            f"All streams are in use: this broadcast is number **{place}** in line, and starts by itself."
        )
    return "\n".join([*lines, *_motion_text(session), *_line_text(session, standing)])


def _motion_text(session: BroadcastSession) -> list[str]:
    """Which mode is put to the vote, and how it stands."""
    motion = session.floor.motion
    if motion is None:
        return []
    return [
        f"🗳️ **{plain(motion.by.name)}** asks to decide **{wording.mode_name(motion.mode)}** from now on: "
        f"{motion.votes_for} for, {motion.votes_against} against · "
        f"closes {discord.utils.format_dt(session.floor.date_of(motion.closes_at), 'R')}"
    ]


def _line_text(session: BroadcastSession, standing: Standing) -> list[str]:
    """Who decides what is next, and how the candidates stand."""
    to_review = _waiting_for_moderators(session)
    in_line = session.floor.waiting - to_review
    head = f"Decided {wording.mode_name(session.floor.mode)} · "
    head += f"**{in_line} in line**" if in_line else "nothing in line"
    if to_review:
        head += f" · **{wording.to_review(to_review)}**"
    if standing.closes_at is not None:
        closes_at = session.floor.date_of(standing.closes_at)
        head += f" · the ballot closes {discord.utils.format_dt(closes_at, 'R')}"
    lines = [head]
    for number, candidate in shown_candidates(session.floor.mode, standing):
        suggestion = candidate.choice.suggestion
        line = f"{number}. {plain(suggestion.prompt, limit=80)} — {plain(suggestion.viewer.name)}"
        if session.floor.mode in VOTED:
            line += f" · {candidate.votes} {'vote' if candidate.votes == 1 else 'votes'}"
        lines.append(line)
    return lines


def _waiting_for_moderators(session: BroadcastSession) -> int:
    return len(session.floor.pending) if session.floor.mode is Mode.HOST else 0


def _epilogue(broadcast: Broadcast) -> str:
    lines = [f"> {plain(broadcast.prompt)}", f"Hosted by **{plain(broadcast.host.name)}**"]
    if broadcast.live_at and broadcast.ended_at:
        lines[-1] += f" · {wording.duration((broadcast.ended_at - broadcast.live_at).total_seconds())}"
    if broadcast.ending:
        lines.append(wording.ending(broadcast.ending))
        if broadcast.ending.reference and broadcast.ending.reason not in wording.UNDERSTOOD:
            lines.append(f"-# Reference: {broadcast.ending.reference}")
    return "\n".join(lines)
