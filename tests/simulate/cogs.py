"""The bot's Discord side, as far as it tells what became of something: its own code on model channels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import discord

from bot.broadcast.kept_files import KeptFile
from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.broadcast.recordings.posting import CurrentPoster
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.telling.outbox import Outbox
from bot.process.clock import SystemClock
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from cogs.chat.outcomes import Outcomes
from cogs.chat.word_back import WordBack
from cogs.kit.direct_messages import DirectMessages
from cogs.recordings.board import RecordingBoard
from cogs.steering.private_words import PrivateWords
from tests.simulate.channels import BOT, ModelChannel, ModelDiscord
from tests.support.rules import UNSET

CLOSES_WITHIN_S = 5.0


class ModelCogs:
    """Posts recordings, marks messages, and writes to people. `open` starts it for one run."""

    word_back: WordBack
    """For who has just suggested something in the chat."""

    def __init__(self, model: ModelDiscord) -> None:
        self._model = model

    async def open(
        self,
        stack: AsyncExitStack,
        *,
        broadcasts: Broadcasts,
        outbox: Outbox,
        journal: DatabaseJournal,
        history: DatabaseHistory,
        poster: CurrentPoster,
        clock: SystemClock,
    ) -> None:
        services = SimpleNamespace(
            broadcasts=broadcasts,
            outbox=outbox,
            history=history,
            journal=journal,
            clock=clock,
            guilds=SimpleNamespace(settings_of=lambda _: UNSET),
            fetch_artifact=_not_there,
            read_file=_not_kept,
            watch_base_url=None,
        )
        bot: Any = SimpleNamespace(
            user=BOT,
            get_partial_messageable=self._channel,
            get_guild=lambda _: None,
            create_dm=self._direct,
            services=services,
        )
        direct = DirectMessages(bot)
        self.word_back = WordBack(bot, direct)
        outcomes = Outcomes(bot, self.word_back, PrivateWords(bot, direct))
        poster.poster = RecordingBoard(bot)
        await outcomes.start()
        stack.push_async_callback(outcomes.close, within_s=CLOSES_WITHIN_S)

    def _channel(self, channel_id: int, **_: object) -> ModelChannel:
        return self._model.channel(channel_id)

    async def _direct(self, user: discord.Object) -> ModelChannel:
        return self._model.channel(direct_channel(user.id))


def direct_channel(user_id: int) -> int:
    """Where somebody is written to."""
    return 1000 + user_id


async def _not_kept(_file: KeptFile) -> AsyncIterator[bytes]:
    """Nor has anything an archive."""
    if _file:
        raise ArchiveError(ArchiveTrouble.GONE)
    yield b""


async def _not_there(_url: str, *, limit_bytes: int) -> bytes | None:
    """The models' recordings have no files."""
    return None
