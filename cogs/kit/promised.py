"""Answers that were promised (`promising.py`), given by whoever knows what to say, and be it the next run."""

import logging
from typing import cast

import discord
from discord.ui import TextDisplay

from bot.broadcast.telling.errand import Errand, Kind
from bot.discord.bot import OdysseyBot, Services
from cogs.kit.lasting_button import LastingView
from cogs.kit.promising import LIFETIME
from cogs.wording.requests import CUT_OFF

log = logging.getLogger(__name__)

PANEL_COMES_S = 10.0
"""Between two looks whether a broadcast's panel has taken the place of its first answer."""
UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, DEAD_TOKEN = 10008, 10015, 50027
"""Discord's codes: its user has dismissed it, say; nothing was promised, or all is too late."""


class CannotAnswerError(Exception):
    """An answer that was promised cannot be given any more. `is_dismissed`: its user does not want it."""

    def __init__(self, *, is_dismissed: bool = False) -> None:
        super().__init__("dismissed" if is_dismissed else "too late")
        self.is_dismissed = is_dismissed


def promised_panel(services: Services, broadcast_id: str) -> Errand | None:
    """The answer that is to be a broadcast's panel, if it was not given yet."""
    waiting = services.outbox.waiting
    return next((e for e in waiting if e.kind is Kind.ANSWER and e.broadcast_id == broadcast_id), None)


async def give(bot: OdysseyBot, promised: Errand, view: discord.ui.LayoutView) -> discord.WebhookMessage:
    """Gives the answer that was promised, or another one in its place. It stays promised.

    Raises `CannotAnswerError`, and what Discord raises.
    """
    token = bot.services.seal.open(promised.sealed) if promised.sealed else None
    if token is None or bot.application_id is None or is_too_late(bot.services, promised):
        raise CannotAnswerError
    webhook = discord.Webhook.partial(bot.application_id, token, client=bot)
    try:
        return await webhook.edit_message(cast("int", "@original"), view=view)  # as Discord calls it
    except discord.HTTPException as error:
        if error.code in (UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, DEAD_TOKEN):
            raise CannotAnswerError(is_dismissed=error.code == UNKNOWN_MESSAGE) from None
        raise


def is_too_late(services: Services, promised: Errand) -> bool:
    return services.clock.now() - promised.made_at >= LIFETIME


class PromisedAnswers:
    """Runs the outbox's errands of answers that were promised, by an earlier run or in vain."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services

    async def deliver(self, promised: Errand) -> float | None:
        """Says that it will not come, unless somebody else sees to it; too late, forgets it."""
        services = self._services
        if is_too_late(services, promised):
            return None
        if promised.broadcast_id:
            if services.broadcasts.find(promised.broadcast_id):
                return PANEL_COMES_S
            if await services.history.newest_panel(promised.broadcast_id):
                return None  # it came
        if await services.history.suggestion_of(int(promised.subject_id)):
            left = promised.made_at + LIFETIME - services.clock.now()
            return left.total_seconds()  # it is told what becomes of that
        try:
            await give(self._bot, promised, LastingView(TextDisplay(CUT_OFF)))
        except CannotAnswerError:
            log.info("the answer to interaction %s cannot be given any more", promised.subject_id)
        return None
