"""Errors as answers: one private sentence for the user, and a line in the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import discord

from bot.broadcast.errors import BroadcastError
from bot.references import new_reference
from cogs import wording

log = logging.getLogger(__name__)

DISCORD_FAILED = (discord.HTTPException, aiohttp.ClientError, OSError)
"""What discord.py raises when Discord refuses, or cannot be reached."""
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
    if isinstance(error, BroadcastError):
        log.info("refused at %s: %s", where, error.code.value)
        return wording.refused_request(error)
    reference = new_reference()
    log.error("failed at %s", where, exc_info=error, extra={"ref": reference})
    return f"{wording.UNEXPECTED}\n-# Reference: {reference}"


async def answer_privately(interaction: discord.Interaction, text: str) -> None:
    """Answers so that only the user sees it, whether or not there was an answer before."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except DISCORD_FAILED as error:
        # The token is dead, or the network is: there is no way left to reach this user.
        log.warning("interaction %s could not be answered: %s", interaction.id, type(error).__name__)
