"""Answers to interactions, errors among them: a deed is one thing, the word of it another.

What is done is done and recorded first, or meanwhile; then its user is told. Telling may fail at any time and
in many ways (Discord is unwell, the interaction is dead or answered already, the message is gone): that is a
line in the log, and never undoes the deed, stops it, or has it called failed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import aiohttp
import discord

from bot.broadcast.errors import BroadcastError, Code
from bot.guilds.settings.complaints import WrongSettingError
from bot.kit.references import new_reference
from cogs.kit.promising import is_kept, promise
from cogs.wording.requests import UNEXPECTED, refused_request
from cogs.wording.text import reference_line

log = logging.getLogger(__name__)

DISCORD_FAILED = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What discord.py raises when Discord refuses, or cannot be reached."""
ANSWER_LIFETIME_S = 14 * 60
"""How long a private answer can still be edited: its token lives 15 min."""
ALREADY_ACKNOWLEDGED = 40060
"""Discord's code for an interaction that has its first answer."""
_HEARD = "heard"
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, TOO_MANY_OLD_EDITS = 10003, 10008, 30046
"""Discord's codes: the channel is gone; the message is; it is older than an hour and was edited too often."""
NO_MENTIONS = discord.AllowedMentions.none()
"""For edits of components: unlike for all else that is sent, discord.py leaves the bot's own default out."""


@asynccontextmanager
async def explaining(interaction: discord.Interaction) -> AsyncIterator[None]:
    """Whatever is raised inside is answered privately and logged; nothing leaves."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the boundary of one interaction: its user is answered
        await answer_privately(interaction, explain(error, f"interaction {interaction.id}"))


def explain(error: Exception, where: str) -> str:
    """The user's sentence for an error; with a reference to the log for one that nobody foresaw."""
    if isinstance(error, BroadcastError | WrongSettingError):
        log.info("refused at %s: %s", where, error, extra={"code": _code(error)})
        return refused_request(error)
    reference = new_reference()
    log.error("failed at %s", where, exc_info=error, extra={"ref": reference})
    return f"{UNEXPECTED}\n{reference_line(reference)}"


def _code(error: BroadcastError | WrongSettingError) -> str:
    """One of a few words, whatever the facts."""
    if isinstance(error, BroadcastError):
        return error.code.value if isinstance(error.code, Code) else error.code.__name__
    return type(error).__name__


async def answer_privately(interaction: discord.Interaction, text: str) -> None:
    """Says something that only the user sees, whether or not there was an answer before."""
    with telling(interaction):
        if is_acknowledged(interaction):
            await interaction.followup.send(text, ephemeral=True)
            is_kept(interaction)
        else:
            await interaction.response.send_message(text, ephemeral=True)


async def tell(
    interaction: discord.Interaction,
    text: str | None = None,
    *,
    view: discord.ui.LayoutView | None = None,
    files: Sequence[discord.File] = (),
    is_last: bool = True,
) -> None:
    """Gives the answer that only the user sees: the one that was promised, if one was.

    Unless it `is_last`, another one stays promised.
    """
    with telling(interaction):
        if is_acknowledged(interaction):
            shown = {"content": text} if view is None else {"view": view}
            await interaction.edit_original_response(**shown, attachments=files)
            if is_last:
                is_kept(interaction)
        elif view is None:
            await interaction.response.send_message(text, files=files, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, files=files, ephemeral=True)


async def show(
    interaction: discord.Interaction, view: discord.ui.LayoutView, *, files: Sequence[discord.File] = ()
) -> None:
    """Shows something in place of the private message whose button or dialogue was used."""
    with telling(interaction):
        if is_acknowledged(interaction):
            await interaction.edit_original_response(view=view, attachments=files)
        else:
            await interaction.response.edit_message(view=view, attachments=files)


def is_acknowledged(interaction: discord.Interaction) -> bool:
    """Whether an interaction has its first answer, or was told that one will come."""
    return interaction.response.is_done() or bool(interaction.extras.get(_HEARD))


@asynccontextmanager
async def acknowledging(interaction: discord.Interaction, *, in_place: bool = False) -> AsyncIterator[None]:
    """Says that an answer will come, while something is done inside: neither waits for the other.

    Discord waits for 3 s only, however slow the disk is; and a deed waits for no Discord. `in_place`: the
    answer will come in place of the message whose button was clicked.
    """
    word = asyncio.create_task(
        _acknowledge(interaction, in_place=in_place), name=f"word to interaction {interaction.id}"
    )
    try:
        yield
    except asyncio.CancelledError:
        word.cancel()
        raise
    finally:
        await asyncio.wait({word})
        if not word.cancelled() and isinstance(error := word.exception(), Exception):
            explain(error, f"interaction {interaction.id}")  # the deed goes on without the word


@contextmanager
def telling(interaction: discord.Interaction) -> Iterator[None]:
    """The one place where failures to tell end."""
    try:
        yield
    except DISCORD_FAILED as error:
        _log_silence(interaction, error)
    except RuntimeError as error:  # aiohttp's, when the bot has closed its connections meanwhile
        if not interaction.client.is_closed():
            raise
        _log_silence(interaction, error)


async def _acknowledge(interaction: discord.Interaction, *, in_place: bool) -> None:
    if not in_place:
        await promise(interaction)
    try:
        await interaction.response.defer(ephemeral=True, thinking=not in_place)
    except discord.HTTPException as error:
        # Asked again after a lost answer, Discord says that it heard it the first time.
        interaction.extras[_HEARD] = error.code == ALREADY_ACKNOWLEDGED
        _log_silence(interaction, error)
    except DISCORD_FAILED as error:
        _log_silence(interaction, error)


def _log_silence(interaction: discord.Interaction, error: Exception) -> None:
    # Never the error's own words: those of aiohttp may have the address, and in it the interaction's token.
    code = f" {error.status}/{error.code}" if isinstance(error, discord.HTTPException) else ""
    log.warning("interaction %s could not be answered: %s%s", interaction.id, type(error).__name__, code)
