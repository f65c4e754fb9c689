"""To start a broadcast: by the command, or from a picture that somebody has posted."""

import asyncio
from datetime import timedelta
from typing import Self

import discord
from discord import app_commands

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.broadcast.model import Ending
from bot.broadcast.picture import Picture
from bot.broadcast.rights import Deed, Person
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason
from cogs.broadcasts.places import check_place
from cogs.kit import context, rights
from cogs.kit.answers import DISCORD_FAILED, acknowledging
from cogs.kit.dialogue import Dialogue, Dialogues
from cogs.panel.keeper import PanelKeeper
from cogs.settings.first_question import ask_first_question
from cogs.wording import labels
from cogs.wording.commands import START_FROM_PICTURE

FETCH_TIMEOUT_S = 20.0


async def start_broadcast(
    interaction: discord.Interaction,
    prompt: str,
    *,
    image: discord.Attachment | None = None,
    minutes: int | None = None,
    portrait: bool | None = None,
    mode: Mode | None = None,
) -> None:
    """Starts a broadcast here, and answers with its panel. Its shape is its picture's, if none is named.

    Raises what `Broadcasts.start` and `PictureReader` raise.
    """
    person = await check_start(interaction, Deed.START_FROM_PICTURE if image else Deed.START)
    picture = await _read(interaction, image, portrait) if image else None
    session = await context.services(interaction).broadcasts.start(
        context.channel(interaction),
        prompt,
        by=person,
        portrait=picture.portrait if picture else bool(portrait),
        picture=picture,
        length=timedelta(minutes=minutes) if minutes else None,
        mode=mode,
    )
    await show_started(interaction, session)


async def check_start(interaction: discord.Interaction, deed: Deed) -> Person:
    """Raises the reason why the user may not start a broadcast here, or nobody can; returns who they are."""
    person = await rights.check(interaction, deed)
    context.check_own_permissions(interaction)
    check_place(interaction)
    return person


async def show_started(interaction: discord.Interaction, session: BroadcastSession) -> None:
    """Answers the start of a broadcast with its panel."""
    try:
        await context.cog(interaction, PanelKeeper).open(session, interaction)
    except Exception:
        session.end(Ending(Reason.INTERNAL))  # nobody could see it, steer it or end it
        raise
    await ask_first_question(interaction)


@app_commands.context_menu(name=START_FROM_PICTURE)
@app_commands.guild_only()
async def start_from_message(interaction: discord.Interaction, message: discord.Message) -> None:
    """Stands in the menu of a message: asks for the prompt to the first picture that it has."""
    await rights.check(interaction, Deed.START_FROM_PICTURE)
    images = _images_of(message)
    if not images:
        raise BroadcastError(Code.NO_PICTURE_THERE)
    await Dialogues.of(interaction).open(interaction, PictureDialogue(images[0], of=len(images)))


class PictureDialogue(Dialogue, title=START_FROM_PICTURE):
    """Asks for what the world of a picture becomes; `of` so many pictures it is the first."""

    def __init__(self, image: discord.Attachment, *, of: int) -> None:
        super().__init__()
        self._image = image
        self.prompt: discord.ui.TextInput[Self] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, placeholder=labels.START_EXAMPLE, max_length=PROMPT_LIMIT
        )
        description = labels.first_picture_of(of) if of > 1 else None
        self.add_item(
            discord.ui.Label(text=labels.START_QUESTION, description=description, component=self.prompt)
        )

    async def submitted(self, interaction: discord.Interaction) -> None:
        await start_broadcast(interaction, self.prompt.value, image=self._image)


def _images_of(message: discord.Message) -> list[discord.Attachment]:
    """What Discord takes for pictures, in a message or in what it passes on."""
    passed_on = (each for snapshot in message.message_snapshots for each in snapshot.attachments)
    attached = [*message.attachments, *passed_on]
    return [each for each in attached if (each.content_type or "").startswith("image/")]


async def _read(
    interaction: discord.Interaction, image: discord.Attachment, portrait: bool | None
) -> Picture:
    """What was attached, as a picture; meanwhile the user is told that an answer comes."""
    pictures = context.services(interaction).pictures
    pictures.check_size(image.size)
    async with acknowledging(interaction):
        try:
            async with asyncio.timeout(FETCH_TIMEOUT_S):
                raw = await image.read()
        except (*DISCORD_FAILED, TimeoutError):
            raise BroadcastError(Code.PICTURE_NOT_FETCHED) from None
        return await pictures.read(raw, portrait=portrait)
