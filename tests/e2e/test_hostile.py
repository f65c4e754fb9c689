"""Hostile texts by every way into the whole bot, over the wire.

600 of them by default: every kind comes by every way. `HOSTILE_TEXTS=10000` brings all, in two minutes.
"""

import logging
import os
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import cycle

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.local.discord.state import backend
from cogs.wording.text import mode_name
from tests.e2e.conftest import CHANNEL, House
from tests.e2e.hostile_ways import DECIDED, OTHERS, SUGGESTING, Visitor, Way
from tests.e2e.wiretap import Wiretap
from tests.odyssey.service import API_KEY, Service, Streamer
from tests.support.hostile_texts import HostileText, hostile_texts

COUNT = int(os.environ.get("HOSTILE_TEXTS", "600"))
ROTA: tuple[Way, ...] = (*SUGGESTING * 4, *DECIDED * 2, *OTHERS)
"""The ways in turn. Their number and that of the kinds have no common divisor, so all come together."""
STARTS = 17
"""So many texts, one of each kind, also open a broadcast of their own: that takes long."""

JOINERS = "\u200c\u200d"

Walk = tuple[HostileText, Way]


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A world that acknowledges everything, and remembers it."""
    async with Service().running() as service:
        yield service


@pytest.mark.timeout(300)
async def test_hostile_texts_are_answered_and_do_no_harm(
    house: House, service: Service, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is taken or refused; none breaks a rule unseen, pings, is logged, or makes anything fail."""
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, "aiohttp.access")  # the scripted service's
    monkeypatch.setattr(
        backend, "MESSAGES_KEPT_PER_CHANNEL", 100 * COUNT
    )  # the panel is an old one in the end
    # A review changes when it is asked for, and not at the moment in which a button on it is pressed.
    monkeypatch.setattr("cogs.kit.private_answers.EDIT_GAP_S", 3600)
    # What is said at once waits while it is stored what was sent: that makes a crowd, which is not marked.
    monkeypatch.setattr("cogs.chat.word_back.SMALL_CROWD", COUNT)
    texts = hostile_texts(COUNT)
    walks = list(zip(texts, cycle(ROTA), strict=False))
    async with house.bot(odyssey_api_url=service.url, odyssey_api_key=API_KEY):
        visitor = Visitor(house, Wiretap(house, monkeypatch), await house.live_broadcast())
        await visitor.set_rules()
        await _walk(visitor, [(text, Visitor.start) for text in texts[:STARTS]])
        await _walk(visitor, [walk for walk in walks if walk[1] in SUGGESTING])
        await visitor.until_nothing_waits()
        await _decide(visitor, "host")
        await _walk(visitor, [walk for walk in walks if walk[1] in DECIDED])
        await _decide(visitor, "queue")
        await _walk(visitor, [walk for walk in walks if walk[1] in OTHERS])
        await visitor.look_back()
        assert await house.goes_on()
    assert visitor.broken == []
    assert visitor.tap.faults == []
    _check_world(service, walks)
    _check_log(caplog, texts)


async def _walk(visitor: Visitor, walks: Iterable[Walk]) -> None:
    for hostile, way in walks:
        try:
            await way(visitor, hostile)
        except Exception as error:
            error.add_note(f"{way.__name__}, {hostile.kind}: {hostile.text[:200]!a}")
            raise


async def _decide(visitor: Visitor, mode: str) -> None:
    await visitor.moderator.slash(CHANNEL, "odyssey mode", mode=mode)
    await visitor.house.shown(f"From now on it is decided {mode_name(Mode(mode))}")


def _check_world(service: Service, walks: Iterable[Walk]) -> None:
    """What came through is one clean line each, and nothing of what is forbidden."""
    prompts = [prompt for streamer in service.streamers for prompt in _prompts(streamer)]
    markers = {found for prompt in prompts for found in re.findall(r"mrk\d+k", prompt)}
    forbidden = {
        text.marker for text, way in walks if text.is_forbidden and way in (*SUGGESTING, Visitor.edit)
    }
    assert not markers & forbidden
    for prompt in prompts:
        assert 0 < len(prompt) <= PROMPT_LIMIT
        kinds = {unicodedata.category(c) for c in prompt if c not in JOINERS}
        assert not kinds & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    came_through = Counter(text.kind for text, _ in walks if text.marker in markers)
    assert len(came_through) > 10, came_through  # the filter is no wall


def _check_log(caplog: pytest.LogCaptureFixture, texts: Iterable[HostileText]) -> None:
    """Nothing failed, and nothing of the texts was written down."""
    failed = [record for record in caplog.records if record.levelno >= logging.WARNING or record.exc_info]
    assert [f"{record.name}: {record.getMessage()}" for record in failed] == []
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "mrk" not in logged
    for text in texts:
        if len(text.text.strip()) > 4:
            assert text.text.strip()[:40] not in logged


def _prompts(streamer: Streamer) -> Iterator[str]:
    while not streamer.received.empty():
        message = streamer.received.get_nowait()
        if "prompt" in message:
            yield message["prompt"]
