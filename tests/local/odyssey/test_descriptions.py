"""Viewers whose session descriptions are written in other ways than aiortc's are served all the same."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable

import aioice.mdns
import pytest
from aiortc import RTCSessionDescription

from bot.local.odyssey.rtc.peer import Peer, PeerRefusedError
from tests.local.odyssey.conftest import Service
from tests.local.odyssey.test_spectators import broadcast
from tests.local.odyssey.wire import Spectator, connected

pytestmark = pytest.mark.usefixtures("small_pictures")

Edit = Callable[[str], str]
HIDDEN = "candidate:1 1 udp 2122260223 3f1c9a2e-1b2c-4d3e-8f90-abcdefabcdef.local 50000 typ host"
VIDEO = r"(?ms)^m=video .*?(?=^m=|\Z)"
AUDIO = r"(?ms)^m=audio .*?(?=^m=|\Z)"
AAC = (
    "m=audio 9 UDP/TLS/RTP/SAVPF 97\na=mid:1\na=recvonly\na=rtcp-mux\na=setup:actpass\n"
    "a=rtpmap:97 MPEG4-GENERIC/48000/2\na=ice-ufrag:abcd\na=ice-pwd:abcdabcdabcdabcdabcdab\n"
)
BAD_CANDIDATES = "a=candidate:\r\na=candidate:1 1 udp\r\na=candidate:1 1 udp 1 127.0.0.1 99999 typ host\r\n"
REFUSED = "m=audio 0 UDP/TLS/RTP/SAVPF 0\nc=IN IP4 0.0.0.0\na=inactive\na=mid:1\n"


def audio(section: str) -> Edit:
    """Another audio section."""
    return lambda sdp: re.sub(AUDIO, section.replace("\n", "\r\n"), sdp)


def first(section: str) -> Edit:
    """One more section, before the video."""
    return lambda sdp: sdp.replace(
        "m=video", section.replace("\n", "\r\n").replace("mid:1", "mid:x") + "m=video"
    )


def h264(words: str | None) -> Edit:
    """H.264 alone, in these words."""

    def edit(sdp: str) -> str:
        numbers = re.findall(r"a=rtpmap:(\d+) H264", sdp)[:1]
        sdp = re.sub(r"m=video (\d+) (\S+) .*", rf"m=video \1 \2 {numbers[0]}", sdp)
        fmtp = f"a=fmtp:{numbers[0]} {words}\r\n" if words is not None else ""
        sdp = re.sub(r"a=fmtp:\d+ .*\r\n", "", sdp)
        return sdp.replace(
            f"a=rtpmap:{numbers[0]} H264/90000\r\n", f"a=rtpmap:{numbers[0]} H264/90000\r\n{fmtp}"
        )

    return edit


OFFERS: dict[str, Edit] = {
    "as it is": str,
    "refused audio": audio(REFUSED),
    "refused audio and no bundle": lambda sdp: re.sub("a=group.*\r\n", "", audio(REFUSED)(sdp)),
    "audio that aiortc does not know": audio(AAC),
    "telephone events": audio(AAC.replace(" 97", " 126")),
    "no audio": audio(""),
    "refused audio first": first(REFUSED),
    "text first": first("m=text 9 RTP/AVP 98\na=mid:1\n"),
    "two words": first("m=audio 9\na=mid:1\n"),
    "another video": lambda sdp: sdp + re.findall(VIDEO, sdp)[0].replace("mid:0", "mid:2"),
    "a camera": first("m=video 9 UDP/TLS/RTP/SAVPF 97\na=mid:1\na=sendonly\na=rtpmap:97 VP8/90000\n"),
    "spaces": h264("level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=42e01f; "),
    "capitals": h264("Packetization-Mode=1;PROFILE-LEVEL-ID=42E01F"),
    "mode 0": h264("packetization-mode=0;profile-level-id=42e01f"),
    "no parameters": h264(None),
    "high": h264("packetization-mode=1;profile-level-id=640c1f"),
    "main": h264("packetization-mode=1;profile-level-id=4d001f"),
    "no such level": h264("packetization-mode=1;profile-level-id=42e0ff"),
    "an odd name": lambda sdp: re.sub(r"((?:a=mid:|BUNDLE 0 ))1", lambda found: rf"{found[1]}\g<1>", sdp),
    "line feeds": lambda sdp: sdp.replace("\r\n", "\n"),
    "odd lines": lambda sdp: "a=setup:holdconn\r\nv=x\r\n" + sdp.replace("a=mid", "c=x\r\na=extmap\r\na=mid"),
    "bad candidates": lambda sdp: sdp.replace("a=candidate:", BAD_CANDIDATES + "a=candidate:"),
    "hidden candidates": lambda sdp: re.sub(r"a=candidate:.*", f"a={HIDDEN}", sdp),
}


def restored(answer: str, offer: str) -> str:
    """The answer for aiortc, which knows nothing of what was put in, and H.264 as it named it."""
    kinds = re.findall(r"(?m)^m=(\w+) ", offer)
    sections = re.split(r"(?m)^(?=m=)", answer)
    taken: list[str] = [sections[0]]
    rest = [section for section in sections[1:] if " 0 " not in section.splitlines()[0]]
    for kind, ours in zip(kinds, re.split(r"(?m)^(?=m=)", offer)[1:], strict=True):
        found = next((section for section in rest if section.startswith(f"m={kind}")), None)
        if found is None:  # a section without media, on the video's transport
            video = next(section for section in rest if section.startswith("m=video"))
            lines = re.findall(r"a=(?:ice-ufrag|ice-pwd|fingerprint|setup).*\r\n", video)
            found = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtpmap:0 PCMU/8000\r\na=inactive\r\na=rtcp-mux\r\n"
            found += f"a=mid:{re.findall('a=mid:(.*)', ours)[0].strip()}\r\n" + "".join(lines)
        taken.append(found)
    taken = [section.replace(r"\g<1>", "1") for section in taken]
    text = re.sub(r"a=group:BUNDLE.*", "a=group:BUNDLE 0 1", "".join(taken))
    text = re.sub(r"a=fmtp:\d+ (?!apt).*\r\n", "", text)
    said = dict(re.findall(r"a=fmtp:(\d+) (.*profile-level-id.*)\r\n", offer))
    return re.sub(r"(a=rtpmap:(\d+) H264.*\r\n)", lambda m: f"{m[1]}a=fmtp:{m[2]} {said[m[2]]}\r\n", text)


@pytest.mark.parametrize("kind", OFFERS)
async def test_a_spectator_is_served(service: Service, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The picture comes; the answer has the offer's sections in their places, and its words for formats."""

    async def impossible() -> aioice.mdns.MDnsProtocol:
        raise OSError("there is no multicast here")

    monkeypatch.setattr("aioice.mdns.create_mdns_protocol", impossible)
    async with connected(service.rest) as client:
        _, url = await broadcast(client)
        spectator = Spectator()
        try:
            for media in ("video", "audio"):
                spectator.pc.addTransceiver(media, direction="recvonly")
            await spectator.pc.setLocalDescription(await spectator.pc.createOffer())
            sdp = spectator.pc.localDescription.sdp
            offer = OFFERS[kind](sdp)
            async with service.http.post(url, data=offer) as response:
                answer = await response.text()
                assert response.status == 201, answer
            asked, given = re.findall(r"(?m)^m=(\w+)", offer), re.findall(r"(?m)^m=(\w+) (\d+)", answer)
            assert asked == [name for name, _ in given]
            assert [name for name, port in given if port != "0"].count("video") == 1
            for number, mode in re.findall(r"a=fmtp:(\d+) packetization-mode=(\d)", offer):
                assert re.search(rf"a=fmtp:{number} .*packetization-mode={mode}", answer)
            restored_answer = restored(answer, sdp)
            await spectator.pc.setRemoteDescription(RTCSessionDescription(restored_answer, "answer"))
            assert spectator.viewer is not None
            await spectator.viewer.wait_for_frames(1)
        finally:
            if spectator.viewer is not None:
                await spectator.viewer.close()
            await spectator.pc.close()


async def test_offers_that_cannot_be_used(service: Service) -> None:
    """Without a video that can be sent, an offer is answered 400, in JSON; so is what is no text at all."""
    async with connected(service.rest) as client:
        _, url = await broadcast(client)
        spectator = Spectator()
        for media in ("video", "audio"):
            spectator.pc.addTransceiver(media, direction="recvonly")
        await spectator.pc.setLocalDescription(await spectator.pc.createOffer())
        sdp = spectator.pc.localDescription.sdp
        await spectator.pc.close()
        offers = {
            "refused video": re.sub(r"m=video \d+", "m=video 0", sdp),
            "another codec": re.sub(r"(H264|VP8)/", "AV1/", sdp),
            "interleaved": h264("packetization-mode=2")(sdp),
            "no fingerprint": re.sub(r"a=fingerprint.*\r\n", "", sdp),
            "nobody watches": sdp.replace("a=recvonly", "a=sendonly"),
            "no text": b"\xff\xfe\x00m=",
        }
        for offer in offers.values():
            async with service.http.post(url, data=offer) as response:
                assert (response.status, list(await response.json())) == (400, ["detail"])


async def test_broken_offers_and_answers() -> None:
    """Whatever a viewer writes, it is used or refused; no other error leaves."""
    dice = random.Random(5)
    example = Spectator()
    for media in ("video", "audio"):
        example.pc.addTransceiver(media, direction="recvonly")
    await example.pc.setLocalDescription(await example.pc.createOffer())
    sdp = example.pc.localDescription.sdp
    await example.pc.close()
    outcomes = {"used": 0, "refused": 0}
    for _ in range(60):
        lines = sdp.split("\r\n")
        for _ in range(dice.randint(1, 5)):
            at = dice.randrange(len(lines))
            lines[at] = dice.choice(
                [lines[at][: dice.randrange(30)], lines[at] + " x", "", lines[dice.randrange(len(lines))]]
            )
        peer = Peer(loopback=True)
        try:
            await peer.answer("\r\n".join(lines))
            outcomes["used"] += 1
        except PeerRefusedError:
            outcomes["refused"] += 1
        await peer.close()
        offering = Peer(loopback=True)
        await offering.offer()
        with pytest.raises(PeerRefusedError):
            await offering.accept_answer("\r\n".join(lines))
        await offering.close()
    assert min(outcomes.values()) > 5


@pytest.mark.parametrize(
    "candidate", ["", "candidate:", "1 1 udp", HIDDEN, "1 1 udp 1 127.0.0.1 99999 typ host", "x" * 99]
)
async def test_trickled_candidates_of_no_use(candidate: str) -> None:
    """They are ignored."""
    peer = Peer(loopback=True)
    await peer.offer()
    await peer.add_candidate(candidate, "0", 0)
    await asyncio.wait_for(peer.close(), 5)
