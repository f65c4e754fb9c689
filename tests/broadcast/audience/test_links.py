"""Each channel's watch link."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.broadcast.audience.links import WatchLink, WatchLinks
from bot.broadcast.audit import ActionKind, Audit
from bot.broadcast.errors import BroadcastError, Code, Kind, Muted
from bot.broadcast.model import Broadcast, Channel
from bot.broadcast.rights import Person
from tests.broadcast.conftest import CHANNEL, MIKA, ROBIN
from tests.broadcast.fakes import MemoryActions, SteppedClock

ELSEWHERE = Channel(CHANNEL.guild_id, 11)
MODERATOR = Person(ROBIN, views_channel=True, manages_channel=True)
MUTED = replace(MODERATOR, muted_until=SteppedClock().now() + timedelta(minutes=1))


class MemoryLinks:
    """Keeps links in memory; the disk may be slow, or full."""

    def __init__(self, *links: WatchLink) -> None:
        self.links = {link.channel: link for link in links}
        self.is_full = False

    async def all_links(self) -> list[WatchLink]:
        return list(self.links.values())

    async def link_of(self, channel: Channel) -> WatchLink | None:
        return self.links.get(channel)

    async def save_link(self, link: WatchLink) -> None:
        await asyncio.sleep(0)
        if self.is_full:
            raise OSError("the disk is full")
        self.links[link.channel] = link

    async def forget_link(self, channel: Channel) -> None:
        self.links.pop(channel, None)


class Rig:
    """The links of a bot that has just started, and what is known besides."""

    def __init__(self, records: MemoryLinks | None = None) -> None:
        self.records, self.actions, self.clock = records or MemoryLinks(), MemoryActions(), SteppedClock()
        self.broadcasts: dict[str, Broadcast] = {}
        numbers, audit = itertools.count(1), Audit(self.actions, self.clock)
        self.links = WatchLinks(
            self.records, self._broadcast, audit, self.clock, lambda: f"token{next(numbers)}"
        )
        self.dead: list[str] = []
        self.links.revoked.listen(lambda link: self.dead.append(link.token))

    def knows(self, broadcast_id: str, channel: Channel = CHANNEL) -> None:
        """There was such a broadcast."""
        at = self.clock.now()
        self.broadcasts[broadcast_id] = Broadcast(broadcast_id, channel, MIKA, "A cat", False, at)

    async def _broadcast(self, broadcast_id: str) -> Broadcast | None:
        return self.broadcasts.get(broadcast_id)


@pytest.fixture
def rig() -> Rig:
    """The links of a bot that knows none yet."""
    return Rig()


async def test_a_channel_has_one_link(rig: Rig) -> None:
    """However many ask at once; other channels have others, and each is found by its token."""
    first, again, other = await asyncio.gather(
        *(rig.links.of(each) for each in (CHANNEL, CHANNEL, ELSEWHERE))
    )
    assert first is again
    assert (first.channel, other.channel) == (CHANNEL, ELSEWHERE)
    assert rig.links.find(first.token) is first
    assert rig.links.find(other.token) is other
    assert rig.records.links == {CHANNEL: first, ELSEWHERE: other}
    assert rig.links.find("token") is None


async def test_a_restart_keeps_it(rig: Rig) -> None:
    """What is stored is all that is needed."""
    link = await rig.links.of(CHANNEL)
    later = Rig(rig.records)
    await later.links.load()
    assert later.links.find(link.token) == await later.links.of(CHANNEL) == link
    assert list(later.links) == [link]


async def test_what_is_not_stored_is_no_link(rig: Rig) -> None:
    """It would be dead after a restart; the next who asks gets one."""
    rig.records.is_full = True
    with pytest.raises(OSError, match="full"):
        await rig.links.of(CHANNEL)
    assert list(rig.links) == []
    rig.records.is_full = False
    assert rig.links.find((await rig.links.of(CHANNEL)).token)


async def test_a_revoked_link_is_dead_at_once(rig: Rig) -> None:
    """There is a new one, in the database too; whoever shows pages is told, and the audit list has it."""
    old = await rig.links.of(CHANNEL)
    other = await rig.links.of(ELSEWHERE)
    new = await rig.links.renew(CHANNEL, by=MODERATOR)
    assert new.token != old.token
    assert await rig.links.of(CHANNEL) is new
    assert rig.links.find(new.token) is new
    assert rig.links.find(old.token) is None
    assert rig.links.find(other.token) is other
    assert rig.records.links[CHANNEL] == new
    assert rig.dead == [old.token]
    [entry] = rig.actions.actions
    assert (entry.guild_id, entry.actor, entry.kind) == (CHANNEL.guild_id, ROBIN, ActionKind.LINK)
    assert old.token not in entry.subject
    assert new.token not in entry.subject


async def test_a_link_that_could_not_be_replaced_still_holds(rig: Rig) -> None:
    """Nothing is half done: nobody is told of an end, and the list has no entry."""
    old = await rig.links.of(CHANNEL)
    rig.records.is_full = True
    with pytest.raises(OSError, match="full"):
        await rig.links.renew(CHANNEL, by=MODERATOR)
    assert rig.links.find(old.token) is old
    assert (rig.dead, rig.actions.actions) == ([], [])


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (Person(ROBIN, views_channel=True), Code.MODERATORS_ONLY),
        (Person(MIKA, views_channel=True, is_host=True), Code.MODERATORS_ONLY),
        (Person(ROBIN, manages_channel=True), Code.NOT_RUNNING),
        (MUTED, Muted),
    ],
)
async def test_only_the_channels_moderators_revoke(rig: Rig, by: Person, code: Kind) -> None:
    """Whatever door they come by."""
    link = await rig.links.of(CHANNEL)
    with pytest.raises(BroadcastError) as caught:
        await rig.links.renew(CHANNEL, by=by)
    assert caught.value.code is code
    assert rig.links.find(link.token) is link
    assert rig.actions.actions == []


async def test_the_link_of_a_channel_that_is_gone_is_dead(rig: Rig) -> None:
    """One that is asked for afterwards is another one. That there was none is no matter."""
    link = await rig.links.of(CHANNEL)
    await rig.links.drop(CHANNEL)
    await rig.links.drop(ELSEWHERE)
    assert rig.links.find(link.token) is None
    assert rig.dead == [link.token]
    assert rig.records.links == {}
    assert (await rig.links.of(CHANNEL)).token != link.token


async def test_a_broadcasts_own_link_leads_to_its_channels_until_that_is_revoked() -> None:
    """As it was posted by earlier versions. To ask makes nothing, wherever the broadcast was."""
    of_before = WatchLink("token", CHANNEL, SteppedClock().now(), takes_old_links=True)
    rig = Rig(MemoryLinks(of_before))
    await rig.links.load()
    rig.knows("b1")
    rig.knows("b2", ELSEWHERE)
    assert await rig.links.of_broadcast("b1") == of_before
    assert await rig.links.of_broadcast("b2") is None
    assert await rig.links.of_broadcast("unknown") is None
    await rig.links.renew(CHANNEL, by=MODERATOR)
    assert await rig.links.of_broadcast("b1") is None
    assert list(rig.records.links) == [CHANNEL]


async def test_of_a_channel_that_is_gone_no_old_link_comes_back() -> None:
    """Also when its panel is drawn once more, and asks for a link."""
    rig = Rig(MemoryLinks(WatchLink("token", CHANNEL, SteppedClock().now(), takes_old_links=True)))
    await rig.links.load()
    rig.knows("b1")
    await rig.links.drop(CHANNEL)
    await rig.links.of(CHANNEL)
    assert await rig.links.of_broadcast("b1") is None


async def test_a_link_does_not_show_its_token(rig: Rig) -> None:
    """Not in a log, nor in an error."""
    link = await rig.links.of(CHANNEL)
    assert link.token not in repr(link)
