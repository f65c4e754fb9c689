"""Clips as they stand in the channel: one message each, edited when more people ask for the same moment."""

import logging
from pathlib import Path
from typing import Any

import discord
from discord.ui import MediaGallery, TextDisplay

from bot.broadcast.errors import NotShownError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.recordings.clip import Clip
from bot.discord.bot import OdysseyBot
from cogs.kit.answers import DISCORD_FAILED, NO_MENTIONS, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from cogs.kit.files import REFUSED_WITH, most_bytes
from cogs.kit.lasting_button import LastingView
from cogs.kit.own_messages import nonce_of, own_messages, texts
from cogs.wording import clips as words

log = logging.getLogger(__name__)

NAME = "clip.mp4"


class ClipWall:
    """The domain's `ClipPoster`, in Discord."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot

    async def post_clip(
        self, clip: Clip, past: PastBroadcast, video: Path | None, *, may_stand: bool
    ) -> int | None:
        channel = self._bot.get_partial_messageable(past.broadcast.channel.id)
        try:
            message_id = clip.message_id or (await self._standing(channel, clip) if may_stand else None)
            is_posted = video if video and self._takes(past, video) else None
            try:
                return await self._show(
                    channel, clip, past, is_posted, message_id, has_video=video is not None
                )
            except discord.HTTPException as error:
                if is_posted is None or error.status not in REFUSED_WITH:
                    raise
                return await self._show(channel, clip, past, None, message_id, has_video=True)
        except discord.NotFound as error:
            if error.code not in (UNKNOWN_CHANNEL, UNKNOWN_MESSAGE):
                raise NotShownError(f"{error.status} ({error.code})") from error
            log.info("clip %s has nowhere to stand (%s)", clip.id, error.code)
            return clip.message_id
        except DISCORD_FAILED as error:
            raise NotShownError(type(error).__name__) from error

    async def _show(
        self,
        channel: discord.PartialMessageable,
        clip: Clip,
        past: PastBroadcast,
        video: Path | None,
        message_id: int | None,
        *,
        has_video: bool,
    ) -> int:
        text = words.clip(clip, past) if has_video else words.no_clip(clip, past)
        files = [discord.File(video, NAME)] if video else []
        gallery = [MediaGallery[Any](*map(discord.MediaGalleryItem, files))] if files else []
        notes = [] if video or not has_video else [TextDisplay[Any](words.TOO_LARGE)]
        view = LastingView(TextDisplay(text), *gallery, *notes, colour=discord.Colour.blurple())
        if message_id:
            message = channel.get_partial_message(message_id)
            await message.edit(view=view, attachments=files, allowed_mentions=NO_MENTIONS)
            return message_id
        sent = await channel.send(view=view, files=files, nonce=nonce_of("clip", clip.id), silent=True)
        return sent.id

    def _takes(self, past: PastBroadcast, video: Path) -> bool:
        """Whether a file is not larger than what the server takes."""
        guild = self._bot.get_guild(past.broadcast.channel.guild_id)
        return video.stat().st_size <= most_bytes(guild)

    async def _standing(self, channel: discord.PartialMessageable, clip: Clip) -> int | None:
        """What an earlier run may have posted, and was killed before it remembered it."""
        mark = words.mark(clip)
        try:
            async for message in own_messages(channel, self._bot.user, since=clip.at):
                if any(mark in text.split("\n") for text in texts(message)):
                    return message.id
        except discord.Forbidden:
            log.info("what stands in channel %s may not be read", channel.id)
        return None
