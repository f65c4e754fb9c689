"""Odyssey as the domain's `World` and `RecordingSource`: the client's calls and errors in its words."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from PIL import Image

from bot.broadcast.answers import Answers, Call
from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Ending, Recording, Spectating, Stream
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason
from bot.broadcast.world import Leave, OpenWorld, StartedStream, StreamEvents
from bot.odyssey import (
    BroadcastInfo,
    FittedImage,
    Odyssey,
    OdysseyError,
    OdysseyStreamError,
    VideoFrame,
    fit_frame,
)
from bot.worlds.errors import STREAM_LIMITS, STREAM_REASONS, in_domain_words, one_line
from bot.worlds.looking_up import KeysOf, look_up

log = logging.getLogger(__name__)

PICTURE_INTERVAL_S = 5.0
FIRST_FRAME_S = 6.0
"""How long a stream may show nothing after it has begun."""
LOOK_S = 0.05
"""Between two looks whether it does."""
TURNED_DOWN = frozenset({"moderation_failed", "invalid_prompt", "prompt_too_long", "rate_limited"})
"""After these, of one interaction, the stream goes on for certain."""
BREAKS_WITHIN_S = 1.0
"""So soon after any other error a stream that broke is over; if it is not, only the interaction failed."""
GLANCE_SIDE = 640
"""The longer side of a picture to look at, in pixels."""
GLANCE_QUALITY = 80


def odyssey_worlds(make_client: Callable[[], Odyssey], clock: Clock, answers: Answers) -> OpenWorld:
    """Opens a connection of its own for each broadcast; `answers` hears what the service says."""

    @asynccontextmanager
    async def open_world() -> AsyncIterator[OdysseyWorld]:
        client = make_client()
        world = OdysseyWorld(client, clock, answers)
        try:
            await world.connect()
            yield world
        finally:
            # A connection that is not closed blocks a paid slot for a quarter of an hour.
            world.leave()
            await client.disconnect()

    return open_world


class OdysseyWorld:
    """One connection to Odyssey. Of the video it takes a picture now and then, and no more."""

    def __init__(self, client: Odyssey, clock: Clock, answers: Answers) -> None:
        self._client = client
        self._clock = clock
        self._answers = answers
        self._events: StreamEvents | None = None
        """The running stream's; None while there is none to tell of."""
        self._frames_before = 0
        self._began_at = 0.0
        self._is_live = False
        self._is_starting = False
        self._early_ending: Ending | None = None
        self._is_interacting = False
        self._said_of_interaction: Ending | None = None
        """What failed while something was under way: that alone, or else the whole stream."""

    async def connect(self) -> None:
        with self._asking(Call.CONNECT, lost=Reason.UNREACHABLE):
            await self._client.connect(
                on_disconnected=self._disconnected,
                on_stream_ended=self._stream_ended,
                on_stream_error=self._stream_failed,
                on_broadcast_ready=self._spectators_can_watch,
                on_video_frame=self._pictured,
                snapshot_interval_s=PICTURE_INTERVAL_S,
            )

    @property
    def session(self) -> str | None:
        """The session's ID, and where its signalling is; what is secret about it is not in there."""
        held = self._client.current_credentials
        return f"{held.session_id} {held.signalling_url}" if held else None

    @property
    def starts_from_pictures(self) -> bool:
        """Whether the reserved streamer can make video of an image."""
        capabilities = self._client.capabilities
        return capabilities is not None and capabilities.image_to_video

    async def start(
        self, prompt: str, events: StreamEvents, *, portrait: bool, picture: Picture | None = None
    ) -> StartedStream:
        """Begins a stream that spectators can watch.

        Of one that ends as it begins, the end is told when its ID is returned: no ID, no recording.
        """
        if picture and self._client.is_connected and not self.starts_from_pictures:
            raise WorldError(Reason.NO_PICTURES, retryable=False)
        image = FittedImage(picture.jpeg, picture.portrait) if picture else None
        self._events = events
        self._is_starting = True
        try:
            with self._asking(Call.START, lost=Reason.UNREACHABLE):
                stream_id = await self._client.start_stream(
                    prompt, portrait=portrait, image=image, broadcast=True
                )
        finally:
            self._is_starting = False
            early_ending, self._early_ending = self._early_ending, None
        self._is_live = True
        self._began_at = self._clock.steady()
        self._frames_before = self._client.video_stats.received
        if early_ending:
            asyncio.get_running_loop().call_soon(self._close, early_ending)
        return StartedStream(stream_id, self._client.last_applied_prompt or prompt)

    async def shows_portrait(self) -> bool:
        """Of the first frame after the start that can be decoded."""
        until = self._clock.steady() + FIRST_FRAME_S
        while self._clock.steady() < until:
            if not self._is_live:
                raise WorldError(Reason.STREAM_ENDED)
            if self._client.video_stats.received > self._frames_before and (
                frame := await self._latest_frame()
            ):
                return frame.height > frame.width
            await asyncio.sleep(LOOK_S)
        raise WorldError(Reason.UNREACHABLE)

    async def interact(self, prompt: str) -> str:
        self._is_interacting = True
        try:
            with self._asking(Call.INTERACT, lost=Reason.SERVICE_GONE):
                return await self._client.interact(prompt)
        except WorldError as error:
            # The words do not tell whether the world would not take it, or broke with it on its way.
            if error.reason is Reason.STREAM_ERROR and await self._breaks_off(error.__cause__):
                raise WorldError(Reason.SERVICE_GONE) from error
            raise
        finally:
            self._is_interacting, self._said_of_interaction = False, None

    async def end(self) -> None:
        self.leave()
        with in_domain_words(self._clock, lost=Reason.SERVICE_GONE):
            await self._client.end_stream()

    async def latest_picture(self) -> Picture | None:
        """The newest frame, decoded and encoded when asked for."""
        frame = await self._latest_frame()
        return await asyncio.to_thread(_full_size, frame) if frame else None

    def leave(self) -> None:
        """What comes from now on is the echo of our own leaving."""
        self._is_live = False
        self._events = None

    async def _breaks_off(self, cause: BaseException | None) -> bool:
        """Whether the stream is over with what failed; then that is told."""
        if isinstance(cause, OdysseyStreamError) and cause.reason in TURNED_DOWN:
            return False
        until = self._clock.steady() + BREAKS_WITHIN_S
        while self._is_live and self._client.is_connected:
            if self._clock.steady() >= until:
                return False
            await self._clock.sleep(LOOK_S)
        self._close(self._said_of_interaction or Ending(Reason.SERVICE_GONE))
        return True

    async def _latest_frame(self) -> VideoFrame | None:
        with in_domain_words(self._clock, lost=Reason.SERVICE_GONE):
            return await self._client.latest_frame()

    @contextmanager
    def _asking(self, call: Call, *, lost: Reason) -> Iterator[None]:
        with self._answers.asking(call), in_domain_words(self._clock, lost=lost):
            yield

    def _close(self, ending: Ending) -> None:
        if self._is_live and self._events:
            self._is_live = False
            self._answers.broke(ending, lasted_s=self._clock.steady() - self._began_at)
            self._events.closed(ending)
        elif self._is_starting:
            self._early_ending = self._early_ending or ending

    def _disconnected(self) -> None:
        self._close(self._said_of_interaction or Ending(Reason.SERVICE_GONE))

    def _stream_ended(self) -> None:
        self._close(self._said_of_interaction or Ending(Reason.STREAM_ENDED))

    def _stream_failed(self, reason: str, message: str) -> None:
        if reason == "broadcast_unusable":  # the client's own finding, in its own words
            log.warning("Odyssey: %s", message)
            self._close(Ending(Reason.STREAM_ERROR))
            return
        meaning = STREAM_REASONS.get(reason, Reason.STREAM_ERROR)
        failed = Ending(meaning, detail=one_line(message), limit=STREAM_LIMITS.get(reason))
        if self._is_interacting and meaning is Reason.STREAM_ERROR:  # its call says so, if it is that alone
            self._said_of_interaction = failed
        else:
            self._close(failed)

    async def _pictured(self, frame: VideoFrame) -> None:
        if events := self._events:  # the frame's: meanwhile the next stream may begin
            events.pictured(*await asyncio.to_thread(_pictures, frame))

    def _spectators_can_watch(self, info: BroadcastInfo) -> None:
        if self._events:
            self._events.spectating(Spectating(info.webrtc_url, info.spectator_token, info.hls_url))


def odyssey_goodbyes(client: Odyssey) -> Leave:
    """Leaves the sessions of an earlier run, by what `OdysseyWorld.session` has told of them."""

    async def leave(session: str) -> bool:
        session_id, _, signalling_url = session.partition(" ")
        try:
            return await client.leave_session(session_id, signalling_url)
        except OdysseyError as error:
            log.info("a session of an earlier run could not be left: %s", error.code)
            return False

    return leave


class OdysseyRecordings:
    """Recordings, from the service's REST API: needs a key of their account's, but no connection."""

    def __init__(self, keys: KeysOf, clock: Clock) -> None:
        self._keys = keys
        self._clock = clock

    async def find(self, stream: Stream) -> Recording | None:
        looked_up = await look_up(stream, self._keys, self._clock)
        if looked_up is None:
            return None
        found = looked_up.recording
        return Recording(
            fetched_at=self._clock.now(),
            video_url=found.video_url,
            preview_url=found.preview_url,
            thumbnail_url=found.thumbnail_url,
            events_url=found.events_url,
            frame_count=found.frame_count,
            duration_s=found.duration_seconds,
        )


def _full_size(frame: VideoFrame) -> Picture:
    """Blocks."""
    return Picture(*fit_frame(frame))


def _pictures(frame: VideoFrame) -> tuple[Picture, bytes]:
    """At full size, and to look at. Blocks."""
    image = Image.fromarray(frame.data)
    # Halved first, which takes an eighth of the time.
    image.thumbnail((GLANCE_SIDE, GLANCE_SIDE), reducing_gap=1.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=GLANCE_QUALITY)
    return _full_size(frame), buffer.getvalue()
