"""`/odyssey mutes`: who is muted until when and by whom, page by page, each with a button to unmute."""

from typing import Any

import discord
from discord.ui import ActionRow, Item, Section, TextDisplay

from bot.broadcast.intake.intake import Mute
from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, show
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.moderating import muting
from cogs.wording import labels
from cogs.wording import moderating as words

PAGE_SIZE = 8


class UnmuteButton(LastingButton, template=r"odyssey:unmute:(?P<viewer_id>\d{1,19}):(?P<offset>\d{1,9})"):
    """Lets one of the list steer again, who may have left the server meanwhile."""

    def __init__(self, viewer_id: str | int, offset: str | int) -> None:
        super().__init__(labels.UNMUTE, f"odyssey:unmute:{viewer_id}:{offset}")
        self._viewer_id = int(viewer_id)
        self._offset = int(offset)

    async def clicked(self, interaction: discord.Interaction) -> None:
        await rights.check(interaction, Deed.SEE_MUTES)
        async with acknowledging(interaction, in_place=True):
            person = await muting.member(interaction, self._viewer_id)
            by = await rights.check(interaction, Deed.MUTE, other=person or discord.Object(self._viewer_id))
            found = [mute for mute in _mutes(interaction) if mute.viewer.id == self._viewer_id]
            was_muted = bool(found) and await muting.unmute(interaction, found[0].viewer, by)
        word = words.unmuted(found[0].viewer, was_muted=True) if was_muted else words.MUTE_OVER
        await show(interaction, await mute_list_page(interaction, self._offset, word))


class MutePageButton(
    LastingButton, template=r"odyssey:mutes:(?P<direction>sooner|later):(?P<offset>\d{1,9})"
):
    """Turns to another page, which it names, so it needs no memory."""

    def __init__(self, direction: str, offset: str | int, *, disabled: bool = False) -> None:
        label = labels.SOONER if direction == "sooner" else labels.LATER
        super().__init__(label, f"odyssey:mutes:{direction}:{offset}", disabled=disabled)
        self._offset = int(offset)

    async def clicked(self, interaction: discord.Interaction) -> None:
        await show(interaction, await mute_list_page(interaction, self._offset))


async def mute_list_page(interaction: discord.Interaction, offset: int, word: str = "") -> LastingView:
    """A page of the server's mutes, those that end first coming first; `word` says what was just done.

    Raises SERVER_MODERATORS_ONLY.
    """
    await rights.check(interaction, Deed.SEE_MUTES)
    mutes = _mutes(interaction)
    total = len(mutes)
    offset = min(offset, max(0, total - 1) // PAGE_SIZE * PAGE_SIZE)
    page = mutes[offset : offset + PAGE_SIZE]
    lines = [words.MUTES_TITLE, word, words.mutes_summary(offset + 1, offset + len(page), total)]
    items: list[Item[Any]] = [TextDisplay("\n".join(filter(None, lines)))]
    items += [Section(words.mute(mute), accessory=UnmuteButton(mute.viewer.id, offset)) for mute in page]
    if total > PAGE_SIZE:
        sooner = MutePageButton("sooner", max(0, offset - PAGE_SIZE), disabled=offset == 0)
        later = MutePageButton("later", offset + PAGE_SIZE, disabled=offset + PAGE_SIZE >= total)
        items.append(ActionRow(sooner, later))
    return LastingView(*items, colour=discord.Colour.blurple())


def _mutes(interaction: discord.Interaction) -> list[Mute]:
    guilds = context.services(interaction).guilds
    return guilds.intake_of(context.channel(interaction).guild_id).mutes()
