"""Servers with accounts of their own: which one is used for what, and what becomes of one that is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.accounts import Account
from bot.broadcast.errors import AccountTrouble, BroadcastError, NoAccount, WorldError
from bot.broadcast.limits.continuation import StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Broadcast, Channel, Recording, Stream
from bot.broadcast.show.resuming import CutOff
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, reach, start
from tests.broadcast.fakes import (
    ListeningAudience,
    MemoryJournal,
    PostingBoard,
    ScriptedWorld,
    SteppedClock,
    desk_of,
    ports,
)

ELSEWHERE = Channel(CHANNEL.guild_id + 1, CHANNEL.id + 1)


class Several:
    """The domain's `Accounts`: the operator's, and those in `own` by server."""

    def __init__(self, clock: SteppedClock) -> None:
        self.clock = clock
        self.operators = self.make(None)
        self.own: dict[int, Account] = {}
        self.kept: dict[str | None, Account] = {None: self.operators}

    def make(self, account_id: str | None, trouble: AccountTrouble | None = None) -> Account:
        world = ScriptedWorld()
        pool = StreamPool(2, self.clock)
        return Account(world.open, world.leave, pool, StreamLimit(), account_id, trouble)

    def set(self, guild_id: int, account: Account) -> Account:
        self.own[guild_id] = self.kept[account.id] = account
        return account

    def of_guild(self, guild_id: int) -> Account:
        return self.own.get(guild_id, self.operators)

    def find(self, account_id: str | None) -> Account | None:
        return self.kept.get(account_id)


class Stage:
    def __init__(self) -> None:
        self.clock, self.journal = SteppedClock(), MemoryJournal()
        self.accounts = Several(self.clock)
        audience = ListeningAudience(self.journal)
        self.ports = replace(
            ports(ScriptedWorld(), self.journal, audience, self.clock), accounts=self.accounts
        )

    @asynccontextmanager
    async def broadcasts(self) -> AsyncIterator[Broadcasts]:
        async with asyncio.timeout(10), Broadcasts(self.ports) as broadcasts:
            yield broadcasts

    @property
    def held(self) -> list[int]:
        """Slots of the operator's account, then of the server's own."""
        return [each.pool.held for each in self.accounts.kept.values()]


async def test_each_server_is_streamed_with_its_own_account() -> None:
    """Its slots are its own too, and each stream is stored with the account that it is of."""
    stage = Stage()
    stage.accounts.set(CHANNEL.guild_id, stage.accounts.make("own"))
    async with stage.broadcasts() as broadcasts:
        for channel in (CHANNEL, ELSEWHERE):
            await reach(await start(broadcasts, channel, MIKA), State.LIVE)
        assert stage.held == [1, 1]
    by_stream = {each.broadcast_id: each.account_id for each in stage.journal.streams}
    assert set(by_stream.values()) == {"own", None}


async def test_a_broadcast_keeps_the_account_that_it_began_with() -> None:
    """One that is set meanwhile is for the next start."""
    stage = Stage()
    stage.accounts.set(CHANNEL.guild_id, stage.accounts.make("first"))
    async with stage.broadcasts() as broadcasts:
        session = await start(broadcasts)
        await reach(session, State.LIVE)
        stage.accounts.set(CHANNEL.guild_id, stage.accounts.make("second"))
        other = await start(broadcasts, Channel(CHANNEL.guild_id, 99), MIKA)
        await reach(other, State.LIVE)
        assert stage.held == [0, 1, 1]
    assert {(each.broadcast_id, each.account_id) for each in stage.journal.streams} == {
        (session.broadcast.id, "first"),
        (other.broadcast.id, "second"),
    }


@pytest.mark.parametrize("trouble", AccountTrouble)
async def test_without_an_account_nothing_starts(trouble: AccountTrouble) -> None:
    """And nothing is stored of it."""
    stage = Stage()
    stage.accounts.set(CHANNEL.guild_id, stage.accounts.make("own", trouble))
    async with stage.broadcasts() as broadcasts:
        with pytest.raises(BroadcastError) as caught:
            await start(broadcasts)
    assert caught.value.why == NoAccount(trouble)
    assert not stage.journal.broadcasts


@pytest.mark.parametrize(
    ("account_id", "told"), [("own", Reason.BAD_OWN_KEY), (None, Reason.BAD_KEY)], ids=["own", "operator's"]
)
async def test_who_can_mend_a_refused_key_depends_on_whose_it_is(
    account_id: str | None, told: Reason
) -> None:
    stage = Stage()

    world = ScriptedWorld()
    world.failing_at["connect"] = WorldError(Reason.BAD_KEY, retryable=False)
    stage.accounts.set(CHANNEL.guild_id, replace(stage.accounts.make(account_id), open_world=world.open))
    async with stage.broadcasts() as broadcasts:
        session = await start(broadcasts)
        await reach(session, State.FAILED)
    assert session.broadcast.ending
    assert session.broadcast.ending.reason is told
    assert stage.journal.broadcasts[-1].ending == session.broadcast.ending


async def test_a_connection_that_died_blocks_a_slot_of_its_own_account() -> None:
    """Of one that was only connecting that is what its server has now; of a key that is gone none."""
    stage = Stage()
    own = stage.accounts.set(CHANNEL.guild_id, stage.accounts.make("own"))
    now = stage.clock.now()
    cut_off = [
        CutOff(now, None, "own"),
        CutOff(now, None),
        CutOff(now, None, guild_id=CHANNEL.guild_id),
        CutOff(now, None, "gone"),
    ]
    async with stage.broadcasts() as broadcasts:
        await broadcasts.resume([], cut_off)
        for _ in range(10):
            await asyncio.sleep(0)
        assert (stage.accounts.operators.pool.dangling, own.pool.dangling) == (1, 2)


class ByAccount:
    """The domain's `RecordingSource`: one account's key is gone, another one's is refused."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []

    async def find(self, stream: Stream) -> Recording | None:
        self.asked.append(stream.account_id)
        if stream.account_id == "gone":
            raise WorldError(Reason.KEY_GONE, retryable=False)
        if stream.account_id == "refused":
            raise WorldError(Reason.BAD_KEY, retryable=False)
        return Recording(NOW, video_url="https://x/v", preview_url="https://x/p", thumbnail_url="https://x/t")


NOW = SteppedClock().now()


def ended(journal: MemoryJournal, account_id: str | None, *, ago: timedelta = timedelta()) -> Stream:
    """A stream with a key of that account, the only one of a broadcast that is over, remembered so."""
    name = account_id or "operators"
    stream = Stream(
        name, f"b-{name}", "A cat", False, NOW, NOW, service_id=name, ended_at=NOW - ago,
        end_reason=Reason.STREAM_ENDED, account_id=account_id,
    )  # fmt: skip
    journal.broadcasts.append(Broadcast(stream.broadcast_id, CHANNEL, MIKA, "A cat", False, NOW, State.ENDED))
    journal.streams.append(stream)
    return stream


async def test_a_key_that_is_gone_is_asked_for_nothing_twice() -> None:
    """It is said that there is no recording, and nobody waits for it any more."""
    journal, board, source = MemoryJournal(), PostingBoard(), ByAccount()
    async with desk_of(source, board, journal, SteppedClock()) as desk, asyncio.timeout(10):
        desk.follow(ended(journal, "gone"))
        desk.look_at("b-gone")
        await board.posted.wait()
        for _ in range(100):
            await asyncio.sleep(0)
    assert source.asked == ["gone"]
    assert board.recordings == [None]


async def test_one_servers_refused_key_keeps_no_other_from_its_recordings() -> None:
    """Nobody waits for what an account does not answer to others."""
    journal, board, source, clock = MemoryJournal(), PostingBoard(), ByAccount(), SteppedClock()
    async with desk_of(source, board, journal, clock) as desk, asyncio.timeout(10):
        desk.follow(ended(journal, "refused"))
        while not source.asked:
            await asyncio.sleep(0)
        asked_at = clock.steady()
        desk.follow(ended(journal, None))
        await board.posted.wait()
    assert source.asked[:2] == ["refused", None]
    assert clock.steady() - asked_at < 2.0, "it is posted before the other is asked for again"
