"""The moderators' controls: a private answer that offers what its user may do to the broadcast."""

from enum import StrEnum
from functools import partial
from typing import Any

import discord
from discord import ButtonStyle
from discord.ui import ActionRow, Item, Select, TextDisplay

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError
from bot.broadcast.rights import Deed, Person, may
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging
from cogs.kit.lasting_button import LastingButton, LastingItem, LastingView, choices
from cogs.kit.private_answers import Matter, PrivateAnswers, always
from cogs.moderating.review import show_review
from cogs.wording import labels
from cogs.wording import moderating as words
from cogs.wording.requests import refused_request
from cogs.wording.text import waiting_for_review


class Control(StrEnum):
    """What a button of the controls does; panels of earlier versions have some of them too."""

    REVIEW = "review"
    PAUSE = "pause"
    RESUME = "resume"
    PANIC = "panic"
    END = "end"  # asks first
    END_IT = "endit"
    KEEP_IT = "keepit"


_BUTTONS = {
    Control.REVIEW: (Deed.REVIEW, labels.REVIEW, ButtonStyle.success),
    Control.PAUSE: (Deed.PAUSE, labels.PAUSE, ButtonStyle.secondary),
    Control.RESUME: (Deed.PAUSE, labels.RESUME, ButtonStyle.success),
    Control.PANIC: (Deed.PANIC, labels.PANIC, ButtonStyle.danger),
    Control.END: (Deed.END, labels.END, ButtonStyle.danger),
    Control.END_IT: (Deed.END, labels.END_IT, ButtonStyle.danger),
    Control.KEEP_IT: (Deed.END, labels.KEEP_IT, ButtonStyle.secondary),
}
"""What each does, and how it looks."""


class ControlButton(
    LastingButton,
    template=r"odyssey:(?P<control>review|pause|resume|panic|end|endit|keepit):(?P<broadcast_id>[\w-]+)",
):
    def __init__(self, control: str, broadcast_id: str, count: int = 0) -> None:
        self._control = Control(control)
        self._deed, label, style = _BUTTONS[self._control]
        super().__init__(labels.counted(label, count), f"odyssey:{control}:{broadcast_id}", style)
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        asked = await _session_for(interaction, self._deed, self._broadcast_id)
        if asked is None:
            return
        session, person = asked
        deeds = context.services(interaction).deeds
        if self._control is Control.REVIEW:
            await show_review(interaction, session)
            return
        word = None
        match self._control:
            case Control.PAUSE | Control.RESUME:
                async with acknowledging(interaction, in_place=True):
                    await deeds.pause(session, paused=self._control is Control.PAUSE, by=person)
            case Control.PANIC:
                async with acknowledging(interaction, in_place=True):
                    await deeds.panic(session, by=person)
                word = words.PANICKED
            case Control.END_IT if not session.is_closing:
                async with acknowledging(interaction, in_place=True):
                    await deeds.end(session, by=person)
        await show_controls(interaction, session, word, asks=self._control is Control.END)


class ModeMenu(LastingItem[Select[Any]], template=r"odyssey:mode:(?P<broadcast_id>[\w-]+)"):
    """Chooses how it is decided what is next."""

    def __init__(self, broadcast_id: str, now: Mode | None = None) -> None:
        options = choices({mode: words.decide(mode) for mode in Mode}, now)
        super().__init__(Select(custom_id=f"odyssey:mode:{broadcast_id}", options=options))
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        if asked := await _session_for(interaction, Deed.CHOOSE_MODE, self._broadcast_id):
            session, person = asked
            mode = Mode(self.item.values[0])
            async with acknowledging(interaction, in_place=True):
                await context.services(interaction).deeds.choose_mode(session, mode, by=person)
            await show_controls(interaction, session)


async def show_controls(
    interaction: discord.Interaction,
    session: BroadcastSession,
    word: str | None = None,
    *,
    asks: bool = False,
) -> None:
    """Shows the user what they may do, in the one private answer that they have of it. It follows.

    Raises the reason why there is nothing.
    """
    broadcast = session.broadcast
    person = await rights.check(interaction, Deed.MODERATE, broadcast.channel, host=broadcast.host)
    draw = partial(draw_controls, person=person, word=word, asks=asks)
    await PrivateAnswers.of(interaction).show(interaction, session, Matter.CONTROLS, draw, follows=always)


async def _session_for(
    interaction: discord.Interaction, deed: Deed, broadcast_id: str
) -> tuple[BroadcastSession, Person] | None:
    """The broadcast, and the user, who may do that. On controls, a refusal takes their place: then None.

    So who has lost a role has nothing left there that they may not do.
    """
    try:
        return await rights.session_of(interaction, deed, broadcast_id)
    except BroadcastError as error:
        session = context.services(interaction).broadcasts.find(broadcast_id)
        if session is None or interaction.message is None or not interaction.message.flags.ephemeral:
            raise
        text = refused_request(error)
        await PrivateAnswers.of(interaction).show(
            interaction, session, Matter.CONTROLS, lambda _: LastingView(TextDisplay(text))
        )
        return None


def draw_controls(
    view: BroadcastView, person: Person, word: str | None = None, *, asks: bool = False
) -> LastingView:
    """What `person` may do now. `word` is of what just happened; `asks`: whether it is to end."""
    items: list[Item[Any]] = [TextDisplay(_state(view, word, asks=asks))]
    if not view.is_closing:
        if buttons := _buttons(view, person, asks=asks):
            items.append(ActionRow(*buttons))
        if may(Deed.CHOOSE_MODE, person) and not asks:
            items.append(ActionRow(ModeMenu(view.broadcast.id, view.floor.mode)))
    return LastingView(*items, colour=discord.Colour.dark_grey())


def _state(view: BroadcastView, word: str | None, *, asks: bool) -> str:
    floor = view.floor
    if view.broadcast.state.is_over:
        return words.OVER
    if view.is_closing:
        return words.ending(is_recorded=bool(view.streams))
    if asks:
        return words.ASKED_TO_END
    # A word of a panic holds until somebody resumes.
    lines = [word if word and floor.is_paused else words.intake(is_paused=floor.is_paused)]
    lines.append(words.decided(floor.mode))
    if floor.mode is Mode.HOST:
        lines.append(f"{waiting_for_review(len(floor.to_review))}.")
    return "\n".join(lines)


def _buttons(view: BroadcastView, person: Person, *, asks: bool) -> list[ControlButton]:
    broadcast_id, floor = view.broadcast.id, view.floor
    if asks:
        return [ControlButton(Control.END_IT, broadcast_id), ControlButton(Control.KEEP_IT, broadcast_id)]
    offered = [Control.RESUME if floor.is_paused else Control.PAUSE, Control.PANIC, Control.END]
    buttons = [ControlButton(each, broadcast_id) for each in offered if may(_BUTTONS[each][0], person)]
    if floor.mode is Mode.HOST and may(Deed.REVIEW, person):
        buttons.insert(0, ControlButton(Control.REVIEW, broadcast_id, len(floor.to_review)))
    return buttons
