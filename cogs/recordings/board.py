"""Posts a stream's recording in its channel: once, whatever fails in between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import discord

from bot.broadcast.errors import NotShownError
from bot.broadcast.model import Broadcast, Recording, Stream
from bot.broadcast.posts import Post, PostKind
from bot.discord.bot import OdysseyBot
from bot.kit.references import new_id
from cogs.kit.answers import DISCORD_FAILED, NO_MENTIONS, TOO_MANY_OLD_EDITS, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from cogs.kit.own_messages import nonce_of, own_messages, texts
from cogs.recordings.post import RecordingPost, Stills, fetch_stills, no_recording_post
from cogs.wording.recordings import NO_RECORDING_TITLE, stream_mark

log = logging.getLogger(__name__)

NONCES_KNOWN_FOR = timedelta(minutes=1)
"""For so long, and "a few minutes" by its documentation, Discord knows a post again by its nonce."""
REFUSES_FILES = (400, 403, 413)
"""What Discord says where files are too large, are not taken, or may not be attached."""

_Posted = dict[PostKind, int]
"""The IDs of a stream's messages."""


class RecordingBoard:
    """The domain's `RecordingPoster`, in Discord."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._posted: dict[str, _Posted] = {}
        """By stream: what stands in its channel, but could not be remembered yet."""

    async def post_recording(self, stream: Stream, recording: Recording | None) -> None:
        services = self._services
        remembered = await services.history.stream_posts(stream.id)
        if PostKind.RECORDING in remembered or (recording is None and remembered):
            return
        broadcast = await services.history.broadcast(stream.broadcast_id)
        if broadcast is None:
            raise LookupError(f"stream {stream.shown_id} has no broadcast")
        posted = self._posted.setdefault(stream.id, {})
        ids = {post.message_id: post.id for post in remembered.values()}
        posted |= {kind: post.message_id for kind, post in remembered.items() if post.message_id is not None}
        try:
            await self._post(stream, broadcast, recording, posted)
        except discord.NotFound as error:
            if error.code not in (UNKNOWN_CHANNEL, UNKNOWN_MESSAGE):
                raise NotShownError(f"{error.status} ({error.code})") from error
            log.warning(
                "the recording of stream %s has nowhere to be shown (%s)", stream.shown_id, error.code
            )
            is_for_good = error.code == UNKNOWN_CHANNEL or recording is not None
            if is_for_good:  # else only the word that there is none was deleted
                await services.journal.drop_recording(stream.id, services.clock.now())
        except DISCORD_FAILED as error:
            raise NotShownError(type(error).__name__) from error
        for kind in posted.keys() - remembered.keys():
            await services.journal.save_post(
                Post(
                    id=ids.get(posted[kind]) or new_id(),
                    message_id=posted[kind],
                    channel_id=broadcast.channel.id,
                    kind=kind,
                    broadcast_id=broadcast.id,
                    stream_id=stream.id,
                    posted_at=services.clock.now(),
                )
            )
        del self._posted[stream.id]

    async def _post(
        self, stream: Stream, broadcast: Broadcast, recording: Recording | None, posted: _Posted
    ) -> None:
        """Posts what does not stand there yet, and notes in `posted` what does."""
        channel = self._bot.get_partial_messageable(broadcast.channel.id)
        if PostKind.RECORDING not in posted and self._is_beyond_nonces(stream):
            posted |= await self._standing(channel, stream)
        if PostKind.RECORDING in posted or (recording is None and posted):
            return
        if recording is None:
            nonce = nonce_of(PostKind.NO_RECORDING, stream.id)
            sent = await channel.send(view=no_recording_post(stream), nonce=nonce)
            posted[PostKind.NO_RECORDING] = sent.id
            return
        stills = await fetch_stills(recording)
        make = partial(RecordingPost, stream, broadcast.host.name, recording)
        try:
            await self._show(channel, stream, make, stills, posted)
        except discord.HTTPException as error:
            if not stills.files() or error.status not in REFUSES_FILES:
                raise
            # The recording is worth posting without its pictures.
            await self._show(channel, stream, make, Stills(), posted)

    async def _show(
        self,
        channel: discord.PartialMessageable,
        stream: Stream,
        make: Callable[[Stills], RecordingPost],
        stills: Stills,
        posted: _Posted,
    ) -> None:
        """Puts the recording where it was said that there is none yet, or posts it."""
        if earlier := posted.get(PostKind.NO_RECORDING):
            message = channel.get_partial_message(earlier)
            try:
                await message.edit(
                    view=make(stills), attachments=stills.files(), allowed_mentions=NO_MENTIONS
                )
            except discord.HTTPException as error:
                if error.code not in (UNKNOWN_MESSAGE, TOO_MANY_OLD_EDITS):
                    raise
                with suppress(*DISCORD_FAILED):
                    await message.delete()
            else:
                posted[PostKind.RECORDING] = posted.pop(PostKind.NO_RECORDING)
                return
        nonce = nonce_of(PostKind.RECORDING, stream.id)
        sent = await channel.send(view=make(stills), files=stills.files(), nonce=nonce)
        posted[PostKind.RECORDING] = sent.id

    def _is_beyond_nonces(self, stream: Stream) -> bool:
        """Whether a post may have been made so long ago that Discord would not know it again."""
        return stream.ended_at is None or self._services.clock.now() - stream.ended_at > NONCES_KNOWN_FOR

    async def _standing(self, channel: discord.PartialMessageable, stream: Stream) -> _Posted:
        """What stands in the channel already: an earlier run may have been killed before it remembered it."""
        found: _Posted = {}
        mark = stream_mark(stream)
        try:
            async for message in own_messages(
                channel, self._bot.user, since=stream.ended_at or stream.started_at
            ):
                lines = "\n".join(texts(message)).split("\n")
                if mark in lines:
                    is_none = NO_RECORDING_TITLE in lines
                    found[PostKind.NO_RECORDING if is_none else PostKind.RECORDING] = message.id
        except discord.Forbidden:
            log.info("what stands in channel %s may not be read", channel.id)
        return found
