"""`/odyssey mutes`: who is muted until when and by whom, page by page, each with a button to unmute."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord.ui import ActionRow, Container, LayoutView, Section, TextDisplay

from bot.broadcast.intake.intake import Mute
from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, show
from cogs.kit.lasting_button import LastingButton
from cogs.moderating import muting
from cogs.wording import labels
from cogs.wording import mutes as words

PAGE_SIZE = 8


class MuteListPage(LayoutView):
    """One page of a server's mutes; `offset` counts them, `word` says what was just done."""

    def __init__(self, mutes: Sequence[Mute], offset: int, word: str = "") -> None:
        super().__init__(timeout=None)
        page = mutes[offset : offset + PAGE_SIZE]
        container: Container[MuteListPage] = Container(accent_colour=discord.Colour.blurple())
        summary = words.page_summary(offset + 1, offset + len(page), len(mutes))
        lines = [words.TITLE, word, summary]
        container.add_item(TextDisplay("\n".join(filter(None, lines))))
        for mute in page:
            button = UnmuteButton(str(mute.viewer.id), str(offset))
            container.add_item(Section(words.mute(mute), accessory=button))
        if len(mutes) > PAGE_SIZE:
            container.add_item(
                ActionRow(
                    MutePageButton("sooner", str(max(0, offset - PAGE_SIZE)), disabled=offset == 0),
                    MutePageButton(
                        "later", str(offset + PAGE_SIZE), disabled=offset + PAGE_SIZE >= len(mutes)
                    ),
                )
            )
        self.add_item(container)
        self.stop()  # its buttons are dynamic items, so discord.py need not remember the view


class UnmuteButton(LastingButton, template=r"odyssey:unmute:(?P<viewer_id>\d{1,19}):(?P<offset>\d{1,9})"):
    """Lets one of the list steer again, who may have left the server meanwhile."""

    def __init__(self, viewer_id: str, offset: str) -> None:
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
        word = words.unmuted(found[0].viewer.name, was_muted=True) if was_muted else words.MUTE_OVER
        await show(interaction, await mute_list_page(interaction, self._offset, word))


class MutePageButton(
    LastingButton, template=r"odyssey:mutes:(?P<direction>sooner|later):(?P<offset>\d{1,9})"
):
    """Turns to another page, which it names, so it needs no memory."""

    def __init__(self, direction: str, offset: str, *, disabled: bool = False) -> None:
        label = labels.SOONER if direction == "sooner" else labels.LATER
        super().__init__(label, f"odyssey:mutes:{direction}:{offset}", disabled=disabled)
        self._offset = int(offset)

    async def clicked(self, interaction: discord.Interaction) -> None:
        await show(interaction, await mute_list_page(interaction, self._offset))


async def mute_list_page(interaction: discord.Interaction, offset: int, word: str = "") -> MuteListPage:
    """A page of the server's mutes, those that end first coming first. Raises SERVER_MODERATORS_ONLY."""
    await rights.check(interaction, Deed.SEE_MUTES)
    mutes = _mutes(interaction)
    last_page = max(0, len(mutes) - 1) // PAGE_SIZE * PAGE_SIZE
    return MuteListPage(mutes, min(offset, last_page), word)


def _mutes(interaction: discord.Interaction) -> list[Mute]:
    guilds = context.services(interaction).guilds
    return guilds.intake_of(context.channel(interaction).guild_id).mutes()
