"""Answers that were promised (`promising.py`), given by whoever knows what to say, and be it the next run."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import discord
from discord.ui import TextDisplay

from bot.broadcast.posts import Post, PostKind
from bot.broadcast.telling.errand import Errand, Kind
from bot.discord.bot import OdysseyBot
from bot.discord.services import Services
from bot.kit.references import new_id
from cogs.kit.answers import UNKNOWN_MESSAGE
from cogs.kit.lasting_button import LastingView
from cogs.kit.promising import LIFETIME
from cogs.wording.requests import CUT_OFF

log = logging.getLogger(__name__)

ORIGINAL = cast("int", "@original")
"""What Discord calls the answer, in place of its message's ID."""
PANEL_COMES_S = 10.0
"""Between two looks whether a broadcast's panel has taken the place of its first answer."""
UNKNOWN_WEBHOOK, DEAD_TOKEN = 10015, 50027
"""Discord's codes: nothing was promised, or all is too late."""


class CannotAnswerError(Exception):
    """An answer that was promised cannot be given any more. `is_dismissed`: its user does not want it."""

    def __init__(self, *, is_dismissed: bool = False) -> None:
        super().__init__(is_dismissed)
        self.is_dismissed = is_dismissed


def promised_panel(services: Services, broadcast_id: str) -> Errand | None:
    """The answer that is to be a broadcast's panel, if it was not given yet."""
    waiting = services.outbox.waiting
    return next((e for e in waiting if e.kind is Kind.ANSWER and e.broadcast_id == broadcast_id), None)


async def give(bot: OdysseyBot, promised: Errand, view: discord.ui.LayoutView) -> discord.WebhookMessage:
    """Gives the answer that was promised, or another one in its place. It stays promised.

    Raises `CannotAnswerError`, and what Discord raises.
    """
    with _told_when_too_late():
        return await _webhook(bot, promised).edit_message(ORIGINAL, view=view)


async def answer_of(bot: OdysseyBot, promised: Errand) -> discord.WebhookMessage:
    """The answer as it stands: it is `loading` until it is given. Raises as `give` does."""
    with _told_when_too_late():
        return await _webhook(bot, promised).fetch_message(ORIGINAL)


def is_too_late(services: Services, promised: Errand) -> bool:
    return services.clock.now() - promised.made_at >= LIFETIME


def _webhook(bot: OdysseyBot, promised: Errand) -> discord.Webhook:
    token = bot.services.seal.open(promised.sealed) if promised.sealed else None
    if token is None or bot.application_id is None or is_too_late(bot.services, promised):
        raise CannotAnswerError
    return discord.Webhook.partial(bot.application_id, token, client=bot)


@contextmanager
def _told_when_too_late() -> Iterator[None]:
    try:
        yield
    except discord.HTTPException as error:
        if error.code in (UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, DEAD_TOKEN):
            raise CannotAnswerError(is_dismissed=error.code == UNKNOWN_MESSAGE) from None
        raise


class PromisedAnswers:
    """Runs the outbox's errands of answers that were promised, by an earlier run or in vain."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services

    async def deliver(self, promised: Errand) -> float | None:
        """Says that it will not come, unless it came or somebody else sees to it; too late, forgets it."""
        services, broadcast_id = self._services, promised.broadcast_id
        if is_too_late(services, promised):
            return None
        if broadcast_id and services.broadcasts.find(broadcast_id):
            return PANEL_COMES_S
        if await services.history.suggestion_of(int(promised.subject_id)):
            left = promised.made_at + LIFETIME - services.clock.now()
            return left.total_seconds()  # it is told what becomes of that
        try:
            answer = await answer_of(self._bot, promised)
            if answer.flags.loading:
                await give(self._bot, promised, LastingView(TextDisplay(CUT_OFF)))
            elif broadcast_id:
                await self._remember_panel(answer, broadcast_id)
        except CannotAnswerError:
            log.info("the answer to interaction %s cannot be given any more", promised.subject_id)
        return None

    async def _remember_panel(self, panel: discord.WebhookMessage, broadcast_id: str) -> None:
        """It came, and nobody noted it: so it is mended as the others are."""
        post = Post(new_id(), panel.id, panel.channel.id, PostKind.PANEL, broadcast_id, panel.created_at)
        await self._services.journal.add_post(post)
