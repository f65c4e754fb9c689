"""A server's own account, from the dialogue to the recording: the real bot, the stand-in, two keys."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from bot.local.discord.people.answers import Answer
from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, OTHER_KEYS, WAIT_S, House

FIRST, SECOND = OTHER_KEYS
OLD, NEW = "an-older-secret-of-the-operator", "a-newer-secret-of-the-operator!"


@pytest.fixture(autouse=True)
def with_secrets(house: House) -> None:
    house.settings["account_secrets"] = OLD


async def shown(house: House) -> Answer:
    """The page of `/odyssey account`, as mika sees it, who may manage the server."""
    answer = await house.discord.user("mika").slash(CHANNEL, "odyssey account")
    await answer.final(timeout_s=WAIT_S)
    return answer


async def set_key(house: House, key: str, slots: str = "2") -> str:
    """What is said after a key was typed: on the page, or in an answer of its own."""
    mika = house.discord.user("mika")
    page = await (await shown(house)).final(timeout_s=WAIT_S)
    dialogue = await mika.click(page, custom_id="odyssey:account:set")
    answer = await mika.submit_modal(dialogue, {"API key": key, "Streams at once": slots})
    return await told(house, page, answer)


async def told(house: House, page: SeenMessage, answer: Answer) -> str:
    """The page once it is another one; or else the answer."""
    mika = house.discord.user("mika")
    if answer.message_id not in (None, page.id):
        return (await answer.final(timeout_s=WAIT_S)).text

    def now() -> str:
        seen = mika.see(page.channel_id, page.id)
        assert seen
        return seen.text

    await until(lambda: now() != page.text)
    return now()


def rows(house: House, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return database.execute(query).fetchall()


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():
            await asyncio.sleep(0.02)


def held(house: House) -> dict[str, int]:
    """Sessions at the service, by account."""
    counts: dict[str, int] = {}
    for session in house.standin._sessions._sessions.values():
        counts[session.account] = counts.get(session.account, 0) + 1
    return counts


async def test_a_servers_broadcast_is_streamed_and_recorded_with_its_own_key(house: House) -> None:
    """The operator's account sees nothing of it; the page tells what is in use, and nothing of the key."""
    async with house.bot():
        assert "account of the bot's operator" in (await (await shown(house)).final(timeout_s=WAIT_S)).text
        assert "Odyssey takes the key" in await set_key(house, f"  {FIRST} ")
        await house.live_broadcast()
        assert held(house) == {"other-1": 1}
        page = (await (await shown(house)).final(timeout_s=WAIT_S)).text
        assert "1 of 2 streams are in use" in page
        assert "Mika" in page
        assert FIRST[:8] not in page
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
    [(account_id, of_stream)] = rows(house, "SELECT accounts.id, account_id FROM accounts, streams")
    assert account_id == of_stream
    assert FIRST.encode() not in (house.directory / "odyssey.sqlite3").read_bytes()


@pytest.mark.parametrize(
    ("key", "slots", "word"),
    [
        ("ody_nobody_knows_this", "2", "Odyssey refuses that key"),
        ("short", "2", "no API key"),
        ("two words of it", "2", "no API key"),
        ("ody_üüüüüüüü", "2", "no API key"),
        (FIRST, "0", "whole number from 1 to 1000"),
        (FIRST, "many", "whole number from 1 to 1000"),
    ],
)
async def test_what_is_no_good_is_told_and_not_kept(house: House, key: str, slots: str, word: str) -> None:
    async with house.bot():
        assert word in await set_key(house, key, slots)
    assert rows(house, "SELECT * FROM accounts") == []


async def test_a_service_that_does_not_answer_keeps_nothing(house: House) -> None:
    """It is said that the key could not be checked."""
    async with house.bot():
        house.standin.faults.arm("rest_error", times=None, status=503)
        assert "could not be checked" in await set_key(house, FIRST)
    assert rows(house, "SELECT * FROM accounts") == []


async def test_who_may_not_manage_the_server_learns_nothing(house: House) -> None:
    async with house.bot():
        answer = await house.discord.user("robin").slash(CHANNEL, "odyssey account")
        assert "Manage Server" in (await answer.final(timeout_s=WAIT_S)).text


async def test_without_the_operators_secret_it_is_off(house: House) -> None:
    house.settings["account_secrets"] = None
    async with house.bot():
        assert "not switched on" in (await (await shown(house)).final(timeout_s=WAIT_S)).text


async def test_without_an_account_nothing_starts_where_the_operators_is_not_shared(house: House) -> None:
    """Until the server has one."""
    async with house.bot(account_shared="no"):
        mika = house.discord.user("mika")
        answer = await mika.slash(CHANNEL, "odyssey start", prompt="A cat")
        assert "has no Odyssey account" in (await answer.final(timeout_s=WAIT_S)).text
        await set_key(house, FIRST)
        await house.live_broadcast()
        await mika.slash(CHANNEL, "odyssey end")
        await house.shown("Full video")


async def test_a_key_that_is_replaced_ends_what_began_with_it(house: House) -> None:
    """The broadcast goes on and is recorded with the old key; the next one takes the new one."""
    async with house.bot():
        await set_key(house, FIRST)
        await house.live_broadcast("A cat")
        assert "takes the key" in await set_key(house, SECOND)
        assert held(house) == {"other-1": 1}
        mika = house.discord.user("mika")
        await mika.slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        await house.live_broadcast("A dog")
        assert held(house) == {"other-2": 1}
        await mika.slash(CHANNEL, "odyssey end")
        await until(lambda: len(rows(house, "SELECT * FROM recordings")) == 2)
    assert len(rows(house, "SELECT * FROM accounts WHERE replaced_at IS NOT NULL")) == 1


async def test_a_key_that_is_removed_is_gone_and_its_recordings_are_told_so(house: House) -> None:
    """What runs goes on to its end; afterwards nobody asks again and again."""
    async with house.bot():
        await set_key(house, FIRST)
        await house.live_broadcast()
        page = await (await shown(house)).final(timeout_s=WAIT_S)
        mika = house.discord.user("mika")
        answer = await mika.click(page, label="Remove key")
        assert "The key is deleted" in await told(house, page, answer)
        assert rows(house, "SELECT * FROM accounts") == []
        assert held(house) == {"other-1": 1}
        await mika.slash(CHANNEL, "odyssey end")
        await house.shown("No recording yet")
        asked = await (await mika.slash(CHANNEL, "odyssey recording")).final(timeout_s=WAIT_S)
        assert "is gone" in asked.text
        await until(lambda: not rows(house, "SELECT * FROM outbox WHERE kind = 'recording'"))
    subjects = rows(house, "SELECT subject FROM actions WHERE kind = 'account' ORDER BY id")
    assert subjects == [("set",), ("removed",)]


async def test_a_key_that_is_revoked_meanwhile_ends_the_broadcast_with_the_reason(house: House) -> None:
    """As soon as the next stream needs it."""
    async with house.bot():
        await set_key(house, FIRST)
        house.standin.faults.arm("model_breaks", after_s=1.0)
        await house.live_broadcast()
        house.standin.revoke(FIRST)
        await house.shown("refused the key of this server's own account")
        page = (await (await shown(house)).final(timeout_s=WAIT_S)).text
        assert "Odyssey refused its key" in page


async def test_another_secret_is_rotated_in(house: House) -> None:
    """With both, what the old one sealed is sealed anew at the start; then the old one may go."""
    async with house.bot():
        await set_key(house, FIRST)
    [(before,)] = rows(house, "SELECT sealed_key FROM accounts")
    async with house.bot(account_secrets=f"{NEW},{OLD}"):
        pass
    [(after,)] = rows(house, "SELECT sealed_key FROM accounts")
    assert after != before
    async with house.bot(account_secrets=NEW):
        await house.live_broadcast()
        assert held(house) == {"other-1": 1}


async def test_a_lost_secret_stops_nothing_but_those_servers(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot starts, says so, deletes nothing; with the former secret all is well again."""
    async with house.bot():
        await set_key(house, FIRST)
    before = rows(house, "SELECT id, sealed_key FROM accounts")
    for secrets in (NEW, None):
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            async with house.bot(account_secrets=secrets):
                mika = house.discord.user("mika")
                answer = await mika.slash(CHANNEL, "odyssey start", prompt="A cat")
                assert "cannot be opened any more" in (await answer.final(timeout_s=WAIT_S)).text
                assert "cannot be opened" in (await (await shown(house)).final(timeout_s=WAIT_S)).text
        assert "ACCOUNT_SECRETS does not open" in caplog.text
    assert rows(house, "SELECT id, sealed_key FROM accounts") == before
    async with house.bot():
        await house.live_broadcast()
        assert held(house) == {"other-1": 1}


async def test_who_has_set_it_can_be_forgotten(house: House) -> None:
    """On the page, in the table, and so after a restart with another secret, which stores it anew."""
    async with house.bot():
        await set_key(house, FIRST)
        mika = house.discord.user("mika")
        asked = await (await mika.slash(CHANNEL, "odyssey forget-me")).final(timeout_s=WAIT_S)
        await mika.click(asked, label="Forget me")
        await until(lambda: rows(house, "SELECT 1 FROM accounts WHERE set_by_id < 0"))
        assert "Set by **somebody**" in (await (await shown(house)).final(timeout_s=WAIT_S)).text
    async with house.bot(account_secrets=f"{NEW},{OLD}"):
        pass
    assert rows(house, "SELECT 1 FROM accounts WHERE set_by_id < 0")


async def test_a_server_that_removes_the_bot_takes_its_key_along(house: House) -> None:
    """At once, whenever the rest is deleted."""
    async with house.bot():
        await set_key(house, FIRST)
        house.discord.world.backend.remove_guild(house.discord.world.guild_id)
        await until(lambda: not rows(house, "SELECT * FROM accounts"))
    assert rows(house, "SELECT guild_id FROM left_servers")
