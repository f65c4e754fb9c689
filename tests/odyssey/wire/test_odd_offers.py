"""Streamers whose offers are written in other ways than aiortc's: the video comes all the same."""

import asyncio
import random
import re
from collections.abc import Callable
from typing import Any

import aioice.mdns
import pytest

from bot.odyssey import Odyssey, OdysseyConnectionError
from tests.odyssey.service import Service
from tests.odyssey.video.test_video import until
from tests.odyssey.wire.test_descriptions import OTHERS, mutated, outline

Edit = Callable[[str], str]
HIDDEN = "candidate:1 1 udp 2122260223 3f1c9a2e-1b2c-4d3e-8f90-abcdefabcdef.local 50000 typ host"


def fmtp(words: str | None) -> Edit:
    """H.264 in other words."""

    def edit(sdp: str) -> str:
        if words is None:
            return re.sub(r"a=fmtp:\d+ .*profile-level-id.*\r\n", "", sdp)
        return re.sub(r"(a=fmtp:\d+) .*profile-level-id.*", rf"\1 {words}", sdp)

    return edit


def at_session_level(sdp: str) -> str:
    """What all sections have in common said once (as libdatachannel does). aiortc names two ICE users."""
    common = re.findall(r"a=(?:fingerprint|setup):.*\r\n", sdp)[:4]
    bare = re.sub(r"a=(?:fingerprint|setup):.*\r\n", "", sdp)
    return bare.replace("t=0 0\r\n", "t=0 0\r\n" + "".join(common), 1)


EDITS: dict[str, Edit] = {
    "spaces": fmtp("level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=42e01f; "),
    "mode 0": fmtp("packetization-mode=0;profile-level-id=42e01f"),
    "no fmtp": fmtp(None),
    "high": fmtp("packetization-mode=1;profile-level-id=640c1f"),
    "line feeds": lambda sdp: sdp.replace("\r\n", "\n"),
    "session level": at_session_level,
    "no bundle": lambda sdp: re.sub(r"a=group:BUNDLE.*\r\n", "", sdp),
    "no sources": lambda sdp: re.sub(r"a=(ssrc|ssrc-group|msid|extmap).*\r\n", "", sdp),
    "bad candidates": lambda sdp: sdp.replace(
        "a=candidate:", "a=candidate:1 1 udp\r\na=candidate:\r\na=candidate:x x x x x x x x\r\na=candidate:"
    ),
    "a hidden address too": lambda sdp: sdp.replace("a=candidate:", f"a={HIDDEN}\r\na=candidate:", 1),
    "only hidden addresses": lambda sdp: re.sub(r"a=candidate:.*", f"a={HIDDEN}", sdp),
    "audio that nobody decodes": lambda sdp: sdp.replace("m=video", OTHERS["AAC only"] + "m=video", 1),
    "refused audio": lambda sdp: sdp.replace("m=video", OTHERS["refused, as Pion does"] + "m=video", 1),
    "text at the end": lambda sdp: sdp + OTHERS["text"],
}


def rewrite(service: Service, edit: Edit) -> None:
    """Lets the streamer's offer be written in another way, and the answer come back in aiortc's."""
    said: dict[str, str] = {}

    def edit_offer(sdp: str) -> str:
        said.update(re.findall(r"a=fmtp:(\d+) (.*profile-level-id.*)\r\n", sdp))
        return edit(sdp)

    def edit_answer(sdp: str) -> str:
        kept = re.sub(r"(?ms)^m=\w+ 0 .*?(?=^m=|\Z)", "", sdp)  # aiortc has not seen what we refuse
        kept = re.sub(r"a=fmtp:\d+ (?!apt).*\r\n", "", kept)
        return re.sub(
            r"(a=rtpmap:(\d+) H264.*\r\n)",
            lambda found: f"{found[1]}a=fmtp:{found[2]} {said[found[2]]}\r\n",
            kept,
        )

    service.behaviour.edit_offer, service.behaviour.edit_answer = edit_offer, edit_answer


@pytest.mark.parametrize("kind", EDITS)
async def test_the_video_comes(
    service: Service, client: Odyssey, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way the offer is written, the client connects, steers and sees."""

    async def impossible() -> aioice.mdns.MDnsProtocol:
        raise OSError("there is no multicast here")

    monkeypatch.setattr("aioice.mdns.create_mdns_protocol", impossible)
    rewrite(service, EDITS[kind])
    frames: list[Any] = []
    await client.connect(on_video_frame=frames.append)
    await client.start_stream("a cat")
    assert await client.interact("jump") == "jump"
    await until(lambda: frames)
    streamer = await service.streamer()
    [answer] = [message["sdp"] for message in streamer.signalled if message["type"] == "answer"]
    expected = {
        "audio that nobody decodes": ["-audio x", "video 0", "application 1"],
        "refused audio": ["-audio x", "video 0", "application 1"],
        "text at the end": ["video 0", "application 1", "-text x"],
    }
    assert outline(answer) == expected.get(kind, ["video 0", "application 1"])


@pytest.mark.parametrize(
    "naming", [{"sdpMid": "", "sdpMLineIndex": 0}, {"sdpMid": None}, {"sdpMLineIndex": 0}], ids=str
)
async def test_all_candidates_are_trickled(service: Service, client: Odyssey, naming: dict[str, Any]) -> None:
    """They are found however they name their section (Pion always says the first), amid malformed ones, and
    when the first section was refused."""
    trickled: list[str] = []

    def edit(sdp: str) -> str:
        trickled.extend(re.findall(r"a=(candidate:.*)\r\n", sdp))
        bare = re.sub(r"a=(candidate|end-of-candidates).*\r\n", "", sdp)
        return bare.replace("m=video", OTHERS["refused, as Pion does"] + "m=video", 1)

    rewrite(service, edit)
    connecting = asyncio.create_task(client.connect())
    streamer = await service.streamer()
    await until(lambda: any(message["type"] == "answer" for message in streamer.signalled))
    for candidate in [
        "",
        "candidate:",
        "1 1 udp",
        HIDDEN,
        "candidate:1 1 tcp 1 127.0.0.1 9 typ host",
        *trickled,
    ]:
        await streamer.signal({"type": "ice_candidate", "candidate": candidate, **naming})
    await connecting
    await client.start_stream("a cat")


@pytest.mark.parametrize("seed", range(3))
async def test_broken_offers(service: Service, client: Odyssey, seed: int) -> None:
    """`connect` ends with nothing but an `OdysseyError`, whatever the streamer offers, and can be called
    again."""
    dice = random.Random(seed)
    service.behaviour.edit_answer = lambda sdp: ""
    for _ in range(8):
        service.behaviour.edit_offer = lambda sdp: mutated(dice)
        with pytest.raises(OdysseyConnectionError):
            await client.connect(timeout_s=0.3)
    rewrite(service, str)
    await client.connect()
