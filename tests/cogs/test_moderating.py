"""What moderators' deeds come to when the moment is wrong, or the disk is."""

from __future__ import annotations

import asyncio

import pytest

from bot.broadcast.session import BroadcastSession
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.test_crowd import set_


async def test_nothing_is_decided_about_a_broadcast_that_is_ending(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is told that the safe prompt is sent, or a vote open, when nothing is sent any more."""
    mika = house.discord.user("mika")
    may_end = asyncio.Event()

    async def end_slowly(*_: object) -> None:
        await may_end.wait()

    monkeypatch.setattr(BroadcastSession, "_end_stream", end_slowly)
    async with house.bot():
        await house.live_broadcast()
        await mika.slash(CHANNEL, "odyssey end")
        await house.shown("Ending")
        for command, options in (
            ("panic", {}),
            ("pause", {}),
            ("resume", {}),
            ("mode", {"mode": "vote"}),
            ("callvote", {"mode": "vote"}),
        ):
            answer = await mika.slash(CHANNEL, f"odyssey {command}", **options)
            assert "This broadcast is over" in (await answer.final(timeout_s=WAIT_S)).text, command
        may_end.set()
        await house.shown("Ended by its host")
        audit = await mika.slash(CHANNEL, "odyssey audit")
        assert "Nothing has been done yet" in audit.text


async def test_who_is_muted_calls_no_vote(house: House) -> None:
    """Where viewers may change the mode, those who may not steer may not either."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, viewers_may_call_votes="yes")
        await house.live_broadcast()
        await mika.slash(CHANNEL, "odyssey mute", person=robin.id)
        refused = await robin.slash(CHANNEL, "odyssey callvote", mode="draw")
        assert "has muted you from steering" in refused.text
        called = await house.discord.user("sasha").slash(CHANNEL, "odyssey callvote", mode="vote")
        assert "The vote is open" in called.text
