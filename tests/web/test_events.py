"""What pages are told, and when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count, pairwise

import httpx
import pytest

from bot.broadcast.clock import Clock
from bot.broadcast.model import Channel
from bot.broadcast.rights import Person
from bot.web.events.hall import BEAT_S, STUCK_S, Hall
from bot.web.events.halls import Halls
from bot.web.events.pace import BATCH, Pace
from bot.web.events.page import OpenPage
from bot.web.events.wire import GONE, HEARTBEAT, Written
from bot.web.state import Document
from tests.broadcast.fakes import SteppedClock
from tests.support.watched import CHANNEL, MIKA, OVER, EventStream, Watched, past

MODERATOR = Person(MIKA, views_channel=True, manages_channel=True)


async def test_a_page_is_told_how_things_stand_and_then_each_change() -> None:
    """At once, complete, with the time, and under a number that grows."""
    watched = Watched()
    async with watched.served() as page, EventStream(f"{page}/events") as events:
        assert events.answer.headers["Content-Type"] == "text/event-stream"
        first = await events.next()
        assert first
        assert (first.name, first.data["broadcast"]["prompt"]["text"]) == ("state", "A cat")
        assert events.retry_ms
        watched.change(prompt_in_force="It snows")
        second = await events.until(prompt={"text": "It snows", "by": None})
        assert second.id
        assert first.id
        assert second.id > first.id
        assert abs(second.data["now"] - 1000 * watched.clock.now().timestamp()) < 5000


async def test_a_page_that_has_the_newest_is_not_told_it_again() -> None:
    """It comes back after a moment without a network, and says what it had last."""
    watched = Watched()
    async with watched.served() as page, EventStream(f"{page}/events") as before:
        first = await before.until(watching=1)
        async with EventStream(f"{page}/events?unseen", **{"Last-Event-ID": str(first.id)}) as again:
            watched.change(streams=1)
            watched.change(is_last_call=True)
            event = await again.next()
            assert event
            assert event.data["broadcast"]["is_last_call"]
        for nonsense in ("0", "x", "-1", "²", "9" * 400):
            async with EventStream(f"{page}/events", **{"Last-Event-ID": nonsense}) as other:
                assert await other.next()


async def test_many_changes_at_once_are_one_document() -> None:
    """The newest."""
    watched = Watched()
    async with watched.served() as page, EventStream(f"{page}/events") as events:
        await events.until(watching=1)
        for number in range(200):
            watched.change(coming_back=number)
            if number % 10 == 0:
                await asyncio.sleep(0)
        numbers = [0]
        while numbers[-1] < 199:
            event = await events.next()
            assert event
            numbers.append(event.data["broadcast"]["coming_back"])
        assert len(numbers) <= 4


async def test_only_pages_that_are_looked_at_count() -> None:
    """One in a tab behind, or an overlay, is told the same, and is nobody who watches."""
    watched = Watched()
    async with watched.served() as page, EventStream(f"{page}/events?unseen") as unseen:
        event = await unseen.next()
        assert event
        assert event.data["watching"] == 0
        async with EventStream(f"{page}/events") as _:
            await unseen.until(watching=1)
        await unseen.until(watching=0)


async def test_what_is_over_is_read_once_for_all_pages() -> None:
    """The last broadcast: when it ends, and again when a recording of it comes; never for a page."""
    watched = Watched()
    async with watched.served() as page, AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(EventStream(f"{page}/events")) for _ in range(20)]
        for each in pages:
            await each.next()
        assert watched.asked == ["last"]
        watched.end(past(False, False))
        last = (await pages[0].until(broadcast=None)).data["last"]
        assert (last["films"], last["opening"]) == (0, OVER.prompt)
        watched.last = past(True, False)
        watched.recorded.tell(watched.last.streams[0].stream)
        while last["films"] != 1:
            event = await pages[-1].next()
            assert event
            last = event.data["last"] or last
        assert watched.asked == ["last"] * 3


async def test_a_database_that_fails_keeps_nobody_from_what_is_on() -> None:
    """The page is shown without the last broadcast."""
    watched = Watched()
    watched.failure = OSError("disk full")
    async with watched.served() as page, EventStream(f"{page}/events") as events:
        event = await events.next()
        assert event
        assert (event.data["last"], event.data["broadcast"]["host"]) == (None, "Mika")


async def test_a_revoked_link_sends_its_pages_away() -> None:
    """They are told that it is for good; the old link is dead, the new one lives."""
    watched = Watched()
    async with watched.served() as page, EventStream(f"{page}/events") as events:
        await events.next()
        link = await watched.links.renew(CHANNEL, by=MODERATOR)
        while (event := await events.next()) and event.name != "gone":
            pass
        assert event == ("gone", None, {})
        assert await events.next() is None
        async with httpx.AsyncClient() as http:
            assert (await http.get(f"{page}/events")).status_code == 404
        async with EventStream(f"{page.rpartition('/')[0]}/{link.token}/events") as renewed:
            assert await renewed.next()


async def test_a_proxy_of_old_is_served_too() -> None:
    """By HTTP/1.0, as nginx asks unless it is told otherwise: no chunks, and the end is the end."""
    watched = Watched()
    async with watched.served() as page:
        url = httpx.URL(page)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(f"GET {url.path}/events HTTP/1.0\r\n\r\n".encode())
        head, _, rest = (await reader.readuntil(b"\n\nevent: state\n")).partition(b"\r\n\r\n")
        assert b"chunked" not in head
        assert rest.startswith(b"retry: ")
        watched.change(prompt_in_force="It snows")
        await reader.readuntil(b"It snows")
        writer.close()


async def test_a_stop_ends_all_connections() -> None:
    """In order, and at once."""
    watched = Watched()
    async with AsyncExitStack() as stack:
        async with watched.served() as page:
            events = await stack.enter_async_context(EventStream(f"{page}/events"))
            await events.next()
        while await events.next():
            pass


class Wire(asyncio.Transport):
    """The way to a page. While it `is_slow` nothing leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.is_slow = False
        self.was_aborted = False
        self.written: list[bytes] = []
        self._waiting = b""

    def write(self, data: object) -> None:
        assert isinstance(data, bytes)
        self.written.append(data)
        if self.is_slow:
            self._waiting = data

    def get_write_buffer_size(self) -> int:
        return len(self._waiting)

    def drain(self) -> None:
        self.is_slow, self._waiting = False, b""

    def is_closing(self) -> bool:
        return self.was_aborted

    def abort(self) -> None:
        self.was_aborted = True


class Shown:
    """What the hall shows, and how often it was drawn."""

    def __init__(self) -> None:
        self.text, self.drawn = "A cat", 0

    async def draw(self, watching: int) -> Document:
        self.drawn += 1
        return {"text": self.text}


@asynccontextmanager
async def hall_of(shown: Shown, clock: Clock) -> AsyncIterator[Hall]:
    hall = Hall(shown.draw, count(1).__next__, Pace(), clock)
    running = asyncio.create_task(hall.run(), name="a hall")
    try:
        yield hall
    finally:
        running.cancel()
        await asyncio.wait({running})


@asynccontextmanager
async def seated(hall: Hall, *wires: Wire) -> AsyncIterator[list[OpenPage]]:
    pages = [OpenPage(wire, is_chunked=False, is_seen=False, has=0) for wire in wires]
    sitting = [asyncio.create_task(hall.attend(page), name="a page") for page in pages]
    await asyncio.sleep(0)
    try:
        yield pages
    finally:
        for each in sitting:
            each.cancel()
        await asyncio.wait(sitting)


def told(wire: Wire, text: str) -> bool:
    return any(text.encode() in written for written in wire.written)


async def test_who_is_slow_gets_the_newest_and_holds_up_nobody() -> None:
    """What came meanwhile is skipped; nothing queues up for it."""
    shown, clock, quick, slow = Shown(), SteppedClock(), Wire(), Wire()
    slow.is_slow = True
    async with hall_of(shown, clock) as hall, seated(hall, quick, slow):
        for text in ("rain", "snow", "hail"):
            shown.text = text
            hall.changed()
            while not told(quick, text):
                await asyncio.sleep(0)
        slow.drain()
        while not told(slow, "hail"):
            await asyncio.sleep(0)
        assert not told(slow, "rain")
        assert not told(slow, "snow")
        assert not slow.was_aborted


async def test_who_takes_nothing_is_dropped() -> None:
    """After a while; the others go on."""
    shown, clock, quick, stuck = Shown(), SteppedClock(), Wire(), Wire()
    stuck.is_slow = True
    async with hall_of(shown, clock) as hall, seated(hall, quick, stuck) as (_, page):
        while not stuck.was_aborted:
            await asyncio.sleep(0)
        assert page.is_closed.done()
        assert clock.steady() >= STUCK_S
        assert clock.steady() <= STUCK_S + 3 * BEAT_S
        assert not quick.was_aborted


async def test_a_page_that_is_open_for_a_day_hears_that_the_bot_is_there() -> None:
    """Every quarter of a minute, and nothing is drawn for that."""
    shown, clock, wire = Shown(), SteppedClock(), Wire()
    async with hall_of(shown, clock) as hall, seated(hall, wire):
        while clock.steady() < 24 * 3600:
            await asyncio.sleep(0)
        beats = wire.written.count(HEARTBEAT.plain)
        assert abs(beats - 24 * 3600 / BEAT_S) < 10
        assert shown.drawn <= 3


async def test_a_change_of_what_is_not_shown_is_not_told() -> None:
    """The broadcast has another picture, say: the document is the same."""
    shown, clock, wire = Shown(), SteppedClock(), Wire()
    async with hall_of(shown, clock) as hall, seated(hall, wire):
        while not told(wire, "A cat"):
            await asyncio.sleep(0)
        drawn = shown.drawn
        hall.changed()
        while shown.drawn <= drawn + 1:
            hall.changed()
            await asyncio.sleep(0)
        assert sum(b"event: state" in written for written in wire.written) == 1


async def test_the_loop_is_never_held_for_more_than_a_few_pages() -> None:
    """Hundreds are told bit by bit, in turns with all else that the bot does."""
    shown, clock = Shown(), SteppedClock()
    wires = [Wire() for _ in range(300)]
    async with hall_of(shown, clock) as hall, seated(hall, *wires):
        while not all(told(wire, "A cat") for wire in wires):
            await asyncio.sleep(0)
        shown.text = "snow"
        hall.changed()
        at_once = [0]
        while at_once[-1] < 300:
            await asyncio.sleep(0)
            at_once.append(sum(told(wire, "snow") for wire in wires))
        assert max(after - before for before, after in pairwise(at_once)) <= BATCH


async def test_two_links_take_turns() -> None:
    """A page alone on its link does not wait for the thousand of another one."""
    pace = Pace()
    crowd, one = [OpenPage(Wire(), is_chunked=True, is_seen=True, has=0) for _ in range(1000)], Wire()
    written = 0

    def write(page: OpenPage) -> bool:
        nonlocal written
        written += 1
        return page.write(HEARTBEAT)

    alone = OpenPage(one, is_chunked=True, is_seen=True, has=0)
    telling = asyncio.create_task(pace.write(crowd, write), name="the crowd")
    await asyncio.sleep(0)
    await pace.write([alone], write)
    assert written <= 3 * BATCH
    await telling
    assert one.written == [HEARTBEAT.chunked]


async def test_who_comes_while_a_hall_breaks_sits_in_a_new_one() -> None:
    """However it falls: nobody waits in one where nothing is told any more."""
    clock, wires, sitting = SteppedClock(), (Wire(), Wire()), list[asyncio.Task[None]]()

    def sit_down(wire: Wire) -> None:
        page = OpenPage(wire, is_chunked=False, is_seen=True, has=0)
        sitting.append(asyncio.create_task(halls.attend(CHANNEL, page), name="a page"))

    async def draw(channel: Channel, watching: int) -> Document:
        if len(sitting) == 1:
            sit_down(wires[1])
            raise ValueError("it breaks")
        return {"text": "A cat"}

    async with Halls(draw, clock) as halls:
        sit_down(wires[0])
        await sitting[0]
        while not told(wires[1], "A cat"):
            await asyncio.sleep(0)
    await sitting[1]


async def test_a_hall_that_breaks_is_left_for_a_new_one(caplog: pytest.LogCaptureFixture) -> None:
    """Its pages are sent away, and served when they come again; the log has what it was."""
    watched = Watched()
    async with watched.served() as page, EventStream(f"{page}/events") as events:
        await events.until(watching=1)
        watched.change(coming_back=object())  # no JSON
        while await events.next():
            pass
        watched.change(coming_back=0)
        async with EventStream(f"{page}/events") as again:
            assert await again.next()
    assert "the pages of channel" in caplog.text


def test_an_event_is_one_chunk() -> None:
    """As long as it says in front."""
    for written in (HEARTBEAT, GONE, Written.of("data: ü\n\n")):
        size, _, rest = written.chunked.partition(b"\r\n")
        assert rest == written.plain + b"\r\n"
        assert int(size, 16) == len(written.plain)
