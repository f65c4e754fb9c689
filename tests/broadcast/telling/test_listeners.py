"""Who listens to broadcasts."""

import logging

import pytest

from bot.broadcast.model import Broadcast
from tests.broadcast.conftest import Rig


async def test_any_number_listens_and_one_that_raises_harms_nobody(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither those before it nor those behind, nor the broadcast: it is a line in the log."""
    heard: list[list[Broadcast]] = [[], [], []]

    def raise_(_: Broadcast) -> None:
        raise RuntimeError("cannot draw")

    for listener in (heard[0].append, raise_, heard[1].append, heard[2].append):
        rig.listeners.listen(listener)
    with caplog.at_level(logging.ERROR):
        session = await rig.start()
    assert session.broadcast in heard[0]
    assert heard[0] == heard[1] == heard[2]
    assert "cannot draw" in caplog.text


async def test_who_leaves_is_told_nothing_more(rig: Rig) -> None:
    """Also in the middle of a telling, and the others hear it all the same."""
    first: list[Broadcast] = []
    others: list[Broadcast] = []

    def hear_once(broadcast: Broadcast) -> None:
        first.append(broadcast)
        rig.listeners.leave(hear_once)

    rig.listeners.listen(hear_once)
    rig.listeners.listen(others.append)
    await rig.start()
    assert len(first) == 1
    assert first[0] == others[0]
    assert len(others) > 1
