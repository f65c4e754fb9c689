"""A keyframe without its parameter sets still gives a picture, wherever they are sent; and a marker that is
set where it should not be costs nothing."""

import base64
import re
from collections import deque
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import pytest

from bot.odyssey import Odyssey, VideoFrame
from bot.odyssey.video.assembler import Assembler, Packet
from bot.odyssey.video.frames import Decoder, EncodedFrame
from bot.odyssey.video.parameter_sets import ParameterSets
from tests.odyssey.clip import TIME_BASE, ClipTrack, encoded_clip
from tests.odyssey.service import Service
from tests.odyssey.video.test_video import until

SPS, PPS, SEI, IDR = 7, 8, 6, 5
Clip = tuple[bytes, ...]


def units(frame: bytes) -> list[bytes]:
    """The NAL units of a frame in Annex B form."""
    return [unit for unit in re.split(rb"\x00\x00\x00?\x01", frame) if unit]


def kinds(frame: bytes) -> list[int]:
    """Their types."""
    return [unit[0] & 0x1F for unit in units(frame)]


def joined(parts: list[bytes]) -> bytes:
    """A frame from its NAL units."""
    return b"".join(b"\x00\x00\x00\x01" + part for part in parts)


def without_sets(frame: bytes) -> bytes:
    """A frame as a sender writes it that has said its parameter sets before, or elsewhere."""
    return joined([unit for unit in units(frame) if unit[0] & 0x1F not in (SPS, PPS)])


def sets_of(clip: Clip) -> list[bytes]:
    """A clip's parameter sets."""
    return [unit for unit in units(clip[0]) if unit[0] & 0x1F in (SPS, PPS)]


class UnitTrack(ClipTrack):
    """Sends each NAL unit as a frame of its own, as far as aiortc knows: so each gets a marker."""

    own_timestamps = False

    def __init__(self, clip: Clip) -> None:
        super().__init__(clip)
        self._units: deque[tuple[bytes, int]] = deque()

    async def recv(self) -> Any:
        """The next unit, when its frame's time has come."""
        if not self._units:
            frame = await super().recv()
            for unit in units(bytes(frame)):
                is_set = unit[0] & 0x1F in (SPS, PPS, SEI)
                early = 40 - (unit[0] & 0x1F) if is_set and self.own_timestamps else 0
                self._units.append((unit, frame.pts - early if frame.pts else frame.pts))
        unit, pts = self._units.popleft()
        packet = av.Packet(joined([unit]))
        packet.pts = pts
        packet.time_base = TIME_BASE
        return packet


class UnitTrackOwnTimes(UnitTrack):
    """The same, with time stamps of their own for what is no picture."""

    own_timestamps = True


def once(service: Service) -> None:
    """Parameter sets with the first keyframe only."""
    clip = encoded_clip()
    service.behaviour.clip = (clip[0], *map(without_sets, (*clip[1:], *clip * 20)))


def marked(service: Service) -> None:
    """A marker on each NAL unit, all of a frame with one time stamp."""
    service.behaviour.track_type = UnitTrack


def marked_and_timed(service: Service) -> None:
    """A marker on each NAL unit, and a time stamp for each that is no picture."""
    service.behaviour.track_type = UnitTrackOwnTimes


def once_and_marked(service: Service) -> None:
    """Both."""
    once(service)
    marked_and_timed(service)


def described(service: Service) -> None:
    """Parameter sets in the session description only (RFC 6184, 8.2.1)."""
    clip = encoded_clip()
    words = ",".join(base64.b64encode(one).decode() for one in sets_of(clip))
    service.behaviour.clip = tuple(map(without_sets, clip))
    service.behaviour.edit_offer = lambda sdp: re.sub(
        r"(a=fmtp:\d+ .*profile-level-id=\w+)", rf"\1; sprop-parameter-sets={words}", sdp
    )


SENDERS = [once, marked, marked_and_timed, once_and_marked, described]


@pytest.fixture(params=SENDERS, ids=lambda sender: sender.__name__)
def sender(request: pytest.FixtureRequest, service: Service) -> Callable[[Service], None]:
    """Each kind of sender."""
    request.param(service)
    return request.param  # type: ignore[no-any-return]  # one of SENDERS


@pytest.mark.usefixtures("sender")
async def test_snapshots(client: Odyssey) -> None:
    """Each keyframe gives a picture, not only the first."""
    frames: list[VideoFrame] = []
    await client.connect(on_video_frame=frames.append, snapshot_interval_s=0.3)
    await client.start_stream("a cat")

    def four_in_a_row() -> bool:
        """A busy machine may miss a keyframe; so the first four need not be the ones."""
        gaps = np.diff([frame.timestamp_ms for frame in frames]) <= 510
        return any(gaps[start : start + 3].all() for start in range(len(gaps) - 2))

    await until(four_in_a_row)
    index = (frames[3].timestamp_ms - frames[0].timestamp_ms) // 50 % 40
    assert frames[3].data[:, :, 0].mean() == pytest.approx(40 + 4 * index, abs=8)


@pytest.mark.usefixtures("sender")
async def test_the_latest_frame(client: Odyssey) -> None:
    """It can be had after any keyframe."""
    await client.connect()
    await client.start_stream("a cat")
    await until(lambda: client.video_stats.received >= 24)
    frame = await client.latest_frame()
    assert frame is not None
    assert frame.timestamp_ms >= 23 * 50


@pytest.mark.usefixtures("sender")
async def test_every_frame(client: Odyssey) -> None:
    """None is lost, from the first on."""
    frames: list[VideoFrame] = []
    await client.connect(on_video_frame=frames.append)
    await client.start_stream("a cat")
    await until(lambda: client.video_stats.decoded >= 25)
    stats = client.video_stats
    assert frames[0].timestamp_ms == 0
    assert stats.keyframes == (stats.received + 9) // 10
    assert stats.delivered + stats.dropped == stats.decoded
    await until(lambda: client.video_stats.decoded >= stats.received)


def assembled(clip: Clip, payloads: Callable[[list[bytes]], list[tuple[bytes, bool]]]) -> list[EncodedFrame]:
    """A clip's frames, sent as `payloads` makes packets of NAL units: each with its marker."""
    frames: list[EncodedFrame] = []
    assembler = Assembler(frames.append, lambda missing: None, lambda: None)
    sequence = 0
    for index, frame in enumerate(clip):
        for payload, marker in payloads(units(frame)):
            assembler.add(Packet("H264", sequence, index * 4500, marker, payload), index / 20)
            sequence += 1
    return frames


def test_a_marker_on_each_slice() -> None:
    """Of a sender that marks the parts of a picture too, all but the first picture is put together."""
    clip = encoded_clip(slices=4)
    assert kinds(clip[0]).count(IDR) == 4
    frames = assembled(clip, lambda units: [(unit, True) for unit in units])
    sets = ParameterSets()
    whole = [sets.completed(frame) for frame in frames]
    last = [frame for frame in whole if frame.timestamp >= 10 * 4500]
    assert [frame.timestamp for frame in last] == [4500 * n for n in range(10, 39)]
    decoder = Decoder()
    newest, count = decoder.decode(last, flush=True)
    assert (count, decoder.errors) == (29, 0)
    assert newest is not None
    assert newest.to_ndarray(format="rgb24")[:, :, 0].mean() == pytest.approx(40 + 4 * 38, abs=8)


def test_no_marker_at_all() -> None:
    """The next time stamp ends a frame; the last is still waited for."""
    frames = assembled(encoded_clip(), lambda units: [(unit, False) for unit in units])
    assert [frame.timestamp for frame in frames] == [4500 * n for n in range(39)]


def test_the_newest_sets_count() -> None:
    """After a change of size the new sets are put before keyframes; those of other IDs are kept."""
    small, large = encoded_clip(), encoded_clip(width=320, height=192)
    sets = ParameterSets()
    whole = assembled(small[:1] + large[:1], lambda units: [(joined_units(units), True)])
    bare = assembled((without_sets(large[10]),), lambda units: [(unit, True) for unit in units])
    for frame in whole:
        assert sets.completed(frame) is frame
    picture, count = Decoder().decode([sets.completed(bare[0])], flush=True)
    assert count == 1
    assert picture is not None
    assert (picture.width, picture.height) == (320, 192)
    second = bytes([0x68]) + b"\x40"  # a PPS with another ID
    sets.expect([second])
    assert second in sets.completed(bare[0]).payloads
    assert len(sets.completed(bare[0]).payloads) == len(bare[0].payloads) + 3


def joined_units(parts: list[bytes]) -> bytes:
    """One STAP-A (RFC 6184, 5.7.1)."""
    return b"\x78" + b"".join(len(part).to_bytes(2, "big") + part for part in parts)


@pytest.mark.parametrize(
    "odd",
    [b"", b"\x67", b"\x68", b"\x68\x00\x00\x00", b"\x67\x42\x00\x1f\x00\x00", b"\x41\x9a", b"\x67" * 5000],
)
def test_sets_that_are_none(odd: bytes) -> None:
    """What is too short, too long, or no parameter set is not remembered."""
    sets = ParameterSets()
    sets.expect([odd])
    [bare] = assembled((without_sets(encoded_clip()[0]),), lambda units: [(joined_units(units), True)])
    assert sets.completed(bare) is bare


@pytest.mark.parametrize(
    "payload", [b"\x78", b"\x78\x00", b"\x78\xff\xff\x67", b"\x7c", b"\x7c\x87", b"\x78\x00\x00"]
)
def test_payloads_that_are_cut_off(payload: bytes) -> None:
    """They harm nothing."""
    sets = ParameterSets()
    for frame in assembled((b"\0\0\1A", b"\0\0\1A"), lambda units: [(payload, False), (b"\x65\x88", True)]):
        sets.completed(frame)
        assert frame.is_keyframe
