"""All the ways in which the service speaks to the client, and who hears it there."""

from __future__ import annotations

import asyncio
import functools
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.broadcast.errors import WorldError
from bot.broadcast.recordings.links import expires_at, is_link
from bot.broadcast.states import Reason
from bot.odyssey import Odyssey, OdysseyError, read_artifact
from bot.odyssey.api import sessions
from bot.odyssey.base.fields import MalformedError
from bot.odyssey.files.events import events
from bot.odyssey.http.http import Response
from bot.odyssey.live.callbacks import Notifier
from bot.odyssey.live.stream import Stream
from bot.odyssey.video.assembler import Assembler, Packet
from bot.odyssey.video.parameter_sets import ParameterSets
from bot.odyssey.wire import messages
from bot.odyssey.wire.descriptions.answers import ReceivedAnswer
from bot.odyssey.wire.descriptions.candidates import usable_candidate
from bot.odyssey.wire.descriptions.offers import ReceivedOffer
from bot.odyssey.wire.ice import ice_servers, rtc_configuration
from bot.process.clock import SystemClock
from bot.web.playlist.reading import MalformedPlaylistError, read_playlist
from bot.web.playlist.segments import MediaPlaylist
from bot.web.playlist.stream import StreamPlaylist
from bot.web.playlist.writing import playlist_text
from bot.worlds.errors import in_domain_words
from tests.fuzz import examples
from tests.fuzz.mangling import ODD_TEXTS, mangled_bytes, mangled_json, mangled_lines
from tests.odyssey.written_descriptions import OFFERS, OUR_OFFER

API = "https://api.example"
NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
STATUSES = (
    200,
    200,
    200,
    201,
    204,
    206,
    299,
    400,
    401,
    402,
    403,
    404,
    409,
    416,
    418,
    422,
    429,
    500,
    503,
    599,
)


@dataclass(frozen=True)
class Ear:
    """Something of the client that hears the service. What it may raise is `told`; all else is a fault."""

    make: Callable[[random.Random], Any]
    hear: Callable[[Any], Awaitable[None]]
    told: tuple[type[Exception], ...]


class _Wire:
    """In place of all requests: whatever is asked, this is the answer."""

    def __init__(self) -> None:
        self.status = 200
        self.body = b""
        self.headers = httpx.Headers()

    @asynccontextmanager
    async def open(self, *_: object) -> AsyncIterator[_Wire]:
        yield self

    async def request(self, method: str, url: str, **_: Any) -> Response:
        return Response(self.status, self.headers, self.body, url)

    @asynccontextmanager
    async def stream(self, url: str, **_: Any) -> AsyncIterator[_Wire]:
        yield self

    async def chunks(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self.body), 700):
            yield self.body[at : at + 700]

    def says(self, answer: tuple[int, bytes, dict[str, str]]) -> None:
        self.status, self.body = answer[:2]
        with suppress(UnicodeEncodeError):
            self.headers = httpx.Headers(answer[2])


WIRE = _Wire()


def wired(patch: pytest.MonkeyPatch) -> None:
    """From now on all requests are answered by `WIRE`."""
    for module in ("api.rest", "files.artifacts", "wire.ice"):
        patch.setattr(f"bot.odyssey.{module}.open_http", WIRE.open)


def answers(*good: Any) -> Callable[[random.Random], Any]:
    """Answers of REST, of which some are errors."""

    def make(luck: random.Random) -> tuple[int, bytes, dict[str, str], int]:
        is_refusal = luck.random() < 0.3
        body = mangled_json(luck, luck.choice(examples.REFUSALS if is_refusal else good))
        names = ("Content-Length", "Content-Range", "ETag", "Content-Encoding", "Retry-After")
        headers = {luck.choice(names): luck.choice((*ODD_TEXTS[2:], "bytes 0-9/10", "12"))}
        return luck.choice(STATUSES), body, headers, luck.randrange(1000)

    return make


async def _hear_data_channel(raw: list[bytes]) -> None:
    stream = Stream(lambda _: None, {}, Notifier())
    for each in raw:
        with suppress(MalformedError):
            message = messages.parse_streamer(each)
            if message is not None:
                stream.on_message(message)


async def _hear_signalling(raw: bytes) -> None:
    with suppress(MalformedError):
        heard = messages.parse_signalling(raw)
        if isinstance(heard, messages.RemoteCandidate):
            usable_candidate(heard.candidate, only_loopback=False)


async def _hear_offer(sdp: str) -> None:
    offer = ReceivedOffer(sdp, only_loopback=False)
    offer.answer(offer.sdp)
    assert offer.max_message_bytes >= 0
    assert all(isinstance(found, bytes) for found in offer.parameter_sets)
    offer.mid_for("0", 0)


async def _hear_answer(sdp: str) -> None:
    ParameterSets().expect(ReceivedAnswer(sdp, offer=OUR_OFFER, only_loopback=False).parameter_sets)


async def _hear_candidate(text: str) -> None:
    for only_loopback in (True, False):
        usable_candidate(text, only_loopback=only_loopback)


async def _hear_config(answer: Any) -> None:
    WIRE.says(answer[:3])
    rtc_configuration(await ice_servers(f"{API}/config", 1, service=API), only_loopback=answer[3] % 2 == 0)


async def _hear_rest(answer: Any) -> None:
    WIRE.says(answer[:3])
    client = Odyssey(api_key="key", api_url=API)
    calls: tuple[Callable[[], Awaitable[Any]], ...] = (
        lambda: client.get_recording("s1"),
        lambda: client.list_stream_recordings(10, 0),
        lambda: client.list_simulations(),
        lambda: client.get_simulate_status("j1"),
        lambda: client.cancel_simulation("j1"),
        lambda: client.simulate([{"timestamp_ms": 0, "start": {"prompt": "a cat"}}]),
        lambda: read_artifact(f"{API}/still", limit_bytes=100, timeout_s=1),
    )
    client._account._token, client._account._renew_at = "token", float("inf")
    with in_domain_words(SystemClock(), lost=Reason.UNREACHABLE):
        found = await calls[answer[3] % len(calls)]()
        for url in (getattr(found, "video_url", None), getattr(found, "events_url", None)):
            if url and is_link(url):
                expires_at(url, NOW)


async def _hear_session(answer: Any) -> None:
    WIRE.says(answer[:3])
    client = Odyssey(api_key="key", api_url=API)
    async with client._account.open(1) as calls:
        await sessions.reserve(calls, 0, lambda _: None, lambda _: None)


async def _hear_events(answer: Any) -> None:
    WIRE.says(answer[:3])
    async for event in events(f"{API}/events", 1, service=API):
        assert isinstance(event, dict)


async def _hear_playlists(texts: list[str]) -> None:
    stream = StreamPlaylist("address", 0)
    for now, text in enumerate(texts):
        with suppress(MalformedPlaylistError):
            read = read_playlist(text, f"{API}/live/index.m3u8")
            if isinstance(read, MediaPlaylist):
                stream.read(read, now)
    taken = [stream.take()[0] for _ in range(50) if stream.has_more]
    playlist_text(taken, target_s=stream.target_s, sequence=0, cuts_before=0, is_over=False)


async def _hear_video(packets: list[Packet]) -> None:
    sets = ParameterSets()

    def take(frame: Any) -> None:
        sets.completed(frame)

    assembler = Assembler(take, lambda _: None, lambda: None)
    for at, packet in enumerate(packets):
        assembler.add(packet, at / 10)


def _packets(luck: random.Random) -> list[Packet]:
    made = []
    for number in range(luck.randrange(1, 12)):
        codec, payload = luck.choice(examples.PAYLOADS)
        made.append(
            Packet(
                luck.choice(("H264", "VP8", codec, codec)),
                luck.choice((number, number, luck.randrange(2**16))),
                luck.choice((number // 2 * 3000, luck.randrange(2**32))),
                luck.random() < 0.4,
                mangled_bytes(luck, payload) if luck.random() < 0.7 else payload,
            )
        )
    return made


def _data_channel(luck: random.Random) -> list[bytes]:
    some = luck.choices(examples.DATA_CHANNEL, k=luck.randrange(1, 5))
    return [mangled_json(luck, message) for message in some]


def _lines(luck: random.Random) -> tuple[int, bytes, dict[str, str], int]:
    lines = [mangled_json(luck, examples.EVENT) for _ in range(luck.randrange(1, 6))]
    return luck.choice((200, 200, 206, 404, 416)), b"\n".join(lines), {}, 0


def _playlists(luck: random.Random) -> list[str]:
    return [mangled_lines(luck, luck.choice(examples.PLAYLISTS)) for _ in range(luck.randrange(1, 4))]


EARS: dict[str, Ear] = {
    "data channel": Ear(_data_channel, _hear_data_channel, ()),
    "signalling": Ear(
        lambda luck: mangled_json(luck, luck.choice(examples.SIGNALLING)), _hear_signalling, ()
    ),
    "offer": Ear(
        lambda luck: mangled_lines(luck, luck.choice(list(OFFERS.values()))), _hear_offer, (OdysseyError,)
    ),
    "answer": Ear(
        lambda luck: mangled_lines(luck, luck.choice([OUR_OFFER, *OFFERS.values()])),
        _hear_answer,
        (OdysseyError,),
    ),
    "candidate": Ear(
        lambda luck: mangled_bytes(luck, luck.choice(examples.CANDIDATES).encode()).decode(errors="replace"),
        _hear_candidate,
        (),
    ),
    "ICE config": Ear(answers(examples.ICE_CONFIG), _hear_config, ()),
    "REST": Ear(
        answers(examples.RECORDING, examples.PAGE, examples.JOB, examples.TOKEN), _hear_rest, (WorldError,)
    ),
    "session": Ear(
        answers({**examples.SESSION, **examples.TOKEN}, examples.TOKEN), _hear_session, (OdysseyError,)
    ),
    "event log": Ear(_lines, _hear_events, (OdysseyError,)),
    "playlists": Ear(_playlists, _hear_playlists, ()),
    "video": Ear(_packets, _hear_video, ()),
}


def run(work: Coroutine[Any, Any, None]) -> None:
    """On the loop of this process."""
    _loop().run_until_complete(work)


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    return new_loop()


def new_loop() -> asyncio.AbstractEventLoop:
    """One that asks nobody for addresses: names are refused as the system does, or are public."""
    loop = asyncio.new_event_loop()

    async def getaddrinfo(host: str, port: Any, **_: Any) -> list[Any]:
        name = host.encode("idna")
        if not name or len(name) > 250:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port or 0))]

    loop.getaddrinfo = getaddrinfo  # type: ignore[method-assign, assignment]
    return loop


def tried(name: str, number: int) -> tuple[Any, BaseException | None]:
    """The case of that number for an ear, and what came of it that nobody is told to expect."""
    ear = EARS[name]
    case = ear.make(random.Random(f"{name} {number}"))

    async def hear() -> None:
        with suppress(*ear.told):
            await ear.hear(case)

    try:
        run(hear())
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return case, error
    return case, None
