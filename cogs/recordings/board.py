"""Keeps the post of a broadcast's recordings: one message, whatever fails in between, edited as they come."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import discord

from bot.broadcast.errors import NotShownError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Recording
from bot.broadcast.posts import Post, PostKind
from bot.discord.bot import OdysseyBot
from bot.kit.references import new_id
from cogs.kit.answers import DISCORD_FAILED, NO_MENTIONS, TOO_MANY_OLD_EDITS, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from cogs.kit.chat_below import KEPT, ChatBelow
from cogs.kit.files import REFUSED_WITH
from cogs.kit.giving_way import gives_way
from cogs.kit.own_messages import choices_in, custom_ids, nonce_of, own_messages, texts
from cogs.recordings.post import RecordingPost, no_recording_post, page_of
from cogs.recordings.recordings import buttons_of, menus_of, stills_of
from cogs.recordings.stills import Stills
from cogs.recordings.timeline import looks_by
from cogs.wording.recordings import GROWING_TITLE, NO_RECORDING_TITLE, RECORDING_IS_BELOW, marks

log = logging.getLogger(__name__)

NONCES_KNOWN_FOR = timedelta(minutes=1)
"""For so long, and "a few minutes" by its documentation, Discord knows a post again by its nonce."""


class RecordingBoard:
    """The domain's `RecordingPoster`, in Discord."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._unremembered: dict[str, Post] = {}
        """By broadcast: the post as it stands in its channel, but could not be remembered yet."""

    async def post_recordings(self, past: PastBroadcast, newest: Recording | None) -> None:
        """Has the post show a broadcast's recordings as they stand, or that there is none yet."""
        services, broadcast = self._services, past.broadcast
        post = self._unremembered.get(broadcast.id) or await services.history.recording_post(broadcast.id)
        try:
            post = await self._brought_up_to_date(past, newest, post)
        except discord.NotFound as error:
            if error.code not in (UNKNOWN_CHANNEL, UNKNOWN_MESSAGE):
                raise NotShownError(f"{error.status} ({error.code})") from error
            log.warning("broadcast %s has nowhere to show its recordings (%s)", broadcast.id, error.code)
            await services.journal.drop_recordings(broadcast.id, services.clock.now())
        except DISCORD_FAILED as error:
            raise NotShownError(type(error).__name__) from error
        except RuntimeError as error:  # aiohttp's, when the bot has closed its connections meanwhile
            if not self._bot.is_closed():
                raise
            raise NotShownError(type(error).__name__) from error
        else:
            self._unremembered[broadcast.id] = post
            await services.journal.save_post(post)
        self._unremembered.pop(broadcast.id, None)

    async def _brought_up_to_date(
        self, past: PastBroadcast, newest: Recording | None, post: Post | None
    ) -> Post:
        """The post that stands in the channel then."""
        channel = self._bot.get_partial_messageable(past.broadcast.channel.id)
        if post is None and self._is_beyond_nonces(past):
            post = await self._standing(channel, past)
        if post and past.is_shown_by(post):
            return post
        shown = past.newest
        if newest is None or shown is None:
            nonce = nonce_of(PostKind.NO_RECORDING, past.broadcast.id)
            return self._seen(await channel.send(view=no_recording_post(past), nonce=nonce), past)
        base, guild = self._services.watch_base_url, self._bot.get_guild(past.broadcast.channel.guild_id)
        stills = await stills_of(self._services, guild, past, shown, newest, is_whole=True)
        is_film = past.film is not None and page_of(past, base) is not None

        async def show(stills: Stills) -> Post:
            view = RecordingPost(
                past,
                shown,
                newest,
                stills,
                menus_of(past),
                buttons_of(past, base),
                page=base,
                is_film=is_film,
            )
            return await self._show(channel, past, view, stills, post)

        try:
            return await show(stills)
        except discord.HTTPException as error:
            if not stills.contents or error.status not in REFUSED_WITH:
                raise
            # The recording is worth posting without its pictures.
            return await show(Stills())

    async def _show(
        self,
        channel: discord.PartialMessageable,
        past: PastBroadcast,
        view: RecordingPost,
        stills: Stills,
        post: Post | None,
    ) -> Post:
        """Edits the message that stands, or posts one: quietly, while the broadcast runs.

        One that is final and out of sight, or takes no more edits, comes down: posted anew, the old one gone.
        """
        if post is None or post.message_id is None:
            return await self._send(channel, past, view, stills)
        above = post.message_id
        message = channel.get_partial_message(above)
        try:
            await message.edit(view=view, attachments=stills.files(), allowed_mentions=NO_MENTIONS)
        except discord.HTTPException as error:
            if error.code not in (UNKNOWN_MESSAGE, TOO_MANY_OLD_EDITS):
                raise
            below = await self._standing(channel, past, above=above)
            if below is None and error.code == UNKNOWN_MESSAGE and post.streams_shown == len(past.recorded):
                now = self._services.clock.now()
                return replace(post, closed_at=now, looks=past.looks)  # who deleted it has seen all
            below = below or await self._send(channel, past, view, stills, above=above)
        else:
            count, closed_at = len(past.recorded), self._services.clock.now() if past.is_over else None
            shown = replace(
                post,
                kind=PostKind.RECORDING,
                streams_shown=count,
                closed_at=closed_at,
                looks=past.looks,
            )
            # One that was final before is only changed: nobody waits for it any more.
            is_news = past.is_over and post.closed_at is None
            if not is_news or not await self._is_out_of_sight(channel, past, above):
                return shown
            try:
                below = await self._standing(channel, past, above=above) or await self._send(
                    channel, past, view, stills, above=above
                )
            except discord.Forbidden:
                log.info("the recordings of broadcast %s stay where they are", past.broadcast.id)
                return shown
        # Until that, the one above is remembered: whoever is cut off finds the one below, and goes on.
        await gives_way(message, RECORDING_IS_BELOW)
        return replace(below, id=post.id)

    async def _send(
        self,
        channel: discord.PartialMessageable,
        past: PastBroadcast,
        view: RecordingPost,
        stills: Stills,
        *,
        above: int | None = None,
    ) -> Post:
        nonce = nonce_of(PostKind.RECORDING, past.broadcast.id, above)
        sent = await channel.send(view=view, files=stills.files(), nonce=nonce, silent=not past.is_over)
        return self._seen(sent, past)

    async def _is_out_of_sight(
        self, channel: discord.PartialMessageable, past: PastBroadcast, message_id: int
    ) -> bool:
        """Whether a screen of messages stands below it, as the server has set that for panels."""
        guild_id = past.broadcast.channel.guild_id
        limit = self._services.guilds.settings_of(guild_id).panel_follows_after
        below = ChatBelow()
        if limit:
            with suppress(discord.Forbidden):  # what may not be read is not counted
                async for message in channel.history(limit=KEPT, after=discord.Object(message_id)):
                    below.said(message)
        return 0 < limit <= below.height(message_id)

    def _seen(self, message: discord.Message, past: PastBroadcast) -> Post:
        """What a message shows, by what it says: Discord may have answered with one that stood already."""
        lines, now = _lines(message), self._services.clock.now()
        is_none = NO_RECORDING_TITLE in lines
        return Post(
            id=new_id(),
            message_id=message.id,
            channel_id=past.broadcast.channel.id,
            kind=PostKind.NO_RECORDING if is_none else PostKind.RECORDING,
            broadcast_id=past.broadcast.id,
            posted_at=now,
            streams_shown=0 if is_none else _recordings_in(message, past),
            closed_at=None if is_none or GROWING_TITLE in lines else now,
            looks=next(filter(None, map(looks_by, custom_ids(message))), None),
        )

    def _is_beyond_nonces(self, past: PastBroadcast) -> bool:
        """Whether a post may have been made so long ago that Discord would not know it again."""
        ended_at = past.streams[0].stream.ended_at
        return ended_at is None or self._services.clock.now() - ended_at > NONCES_KNOWN_FOR

    async def _standing(
        self, channel: discord.PartialMessageable, past: PastBroadcast, *, above: int = 0
    ) -> Post | None:
        """What stands in the channel already, or below another message of it.

        An earlier run may have been killed before it remembered it.
        """
        first, marked = past.streams[0].stream, marks(past)
        since = discord.utils.snowflake_time(above) if above else first.ended_at or first.started_at
        found: Post | None = None
        try:
            async for message in own_messages(channel, self._bot.user, since=since):
                if message.id > above and marked & _lines(message):
                    found = self._seen(message, past)
        except discord.Forbidden:
            log.info("what stands in channel %s may not be read", channel.id)
        return found


def _lines(message: discord.Message) -> set[str]:
    return set("\n".join(texts(message)).split("\n"))


def _recordings_in(message: discord.Message, past: PastBroadcast) -> int:
    """Of how many streams a message has the recordings: its menus offer each; without a menu it has one.

    The last ones, if there are more than menus can hold.
    """
    offered = choices_in(message)
    is_all = offered == sum(len(menu.item.options) for menu in menus_of(past))
    return len(past.recorded) if is_all and offered else max(1, offered)
