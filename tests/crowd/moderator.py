"""A moderator who decides on what a crowd suggests."""

import asyncio
import random
from contextlib import suppress

from bot.local.discord.people.users import User
from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.state import ApiError
from tests.crowd.people import Panel, passed
from tests.e2e.conftest import CHANNEL

_VERDICTS = {"Approve": 6, "Edit": 1, "Refuse": 2, "Next": 1}


async def moderate(
    user: User, panel: Panel, until: asyncio.Event, dice: random.Random, since: int, *, pause_s: float
) -> None:
    """Decides on one suggestion after the other, until the event; answers up to `since` are others'."""
    while not await passed(until, dice.expovariate(1 / pause_s)):
        with suppress(NotPossibleError, ApiError):
            await _decide(user, panel, dice, since)


async def _decide(user: User, panel: Panel, dice: random.Random, since: int) -> None:
    """Presses what leads on: a verdict where one is asked for, else what opens the review."""
    own = [each for each in reversed(user.messages(CHANNEL, limit=60)) if each.private and each.id > since]
    shown = panel()
    for wanted in ("Approve", "Review", "Moderate"):
        for message in [*own, *([shown] if shown else [])]:
            labels = [button.label for button in message.buttons if not button.disabled]
            if label := next((label for label in labels if label.startswith(wanted)), None):
                if wanted == "Approve":
                    label = dice.choices(list(_VERDICTS), list(_VERDICTS.values()))[0]
                answer = await user.click(message, label=label)
                if answer.modal:
                    field = answer.modal.fields[0]
                    await user.submit_modal(answer, {field["custom_id"]: f"{field['value']}, softly"})
                return
