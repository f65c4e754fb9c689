"""Asking for a session, by whoever may give up meanwhile."""

import asyncio
import gc

import pytest

from bot.odyssey.api.sessions import _to_its_answer
from bot.odyssey.base.errors import OdysseyConnectionError


async def test_what_goes_wrong_for_whoever_gave_up_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The answer is waited for; that it is an error is nobody's business any more."""
    asked, answered = asyncio.Event(), asyncio.Event()

    async def ask() -> bool:
        asked.set()
        await answered.wait()
        raise OdysseyConnectionError("The service did not answer in time.", code="timeout")

    asking = asyncio.create_task(_to_its_answer(ask()))
    await asked.wait()
    asking.cancel()
    await asyncio.sleep(0)
    answered.set()
    await asyncio.wait({asking})
    assert asking.cancelled()
    del asking
    gc.collect()
    assert not caplog.records
