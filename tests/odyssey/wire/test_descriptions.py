"""Offers as others write them: each is answered as its writer expects, whatever aiortc would think of it."""

import contextlib
import random
from collections.abc import AsyncIterator

import aioice.mdns
import pytest
from aiortc.sdp import SessionDescription

from bot.odyssey import OdysseyConnectionError
from bot.odyssey.live.peer import Peer
from bot.odyssey.wire.descriptions.answers import ReceivedAnswer
from bot.odyssey.wire.descriptions.candidates import usable_candidate
from bot.odyssey.wire.descriptions.offers import ReceivedOffer
from bot.odyssey.wire.messages import RemoteCandidate
from tests.odyssey.written_descriptions import (
    FINGERPRINT,
    ICE,
    OFFERS,
    OUR_OFFER,
    OWN,
    PION,
    crlf,
    data,
    h264,
    opening,
    video,
)


def loopback_peer() -> Peer:
    """The client's end of a connection to a service on loopback."""
    return Peer(
        [],
        only_loopback=True,
        on_video_frame=None,
        snapshot_interval_s=None,
        on_message=lambda message: None,
        on_lost=lambda why: None,
    )


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    """The client's end of a connection; closed at the end."""
    made = loopback_peer()
    yield made
    await made.close()


def sections(sdp: str) -> list[list[str]]:
    """A description's sections, each as its lines."""
    return [part.splitlines() for part in ("\n" + sdp.replace("\r", "")).split("\nm=")[1:]]


def outline(sdp: str) -> list[str]:
    """`kind mid` of each section, with a minus before a refused one."""
    lines = []
    for section in sections(sdp):
        kind, port, *_ = section[0].split()
        mid = next((line.removeprefix("a=mid:") for line in section if line.startswith("a=mid:")), "")
        lines.append(f"{'-' if port == '0' else ''}{kind} {mid}".strip())
    return lines


def bundle(sdp: str) -> list[str]:
    """The BUNDLE group."""
    return [line for line in sdp.splitlines() if line.startswith("a=group:")]


OUTLINES = {
    "pion": (["video 0", "application 1"], "0 1"),
    "libwebrtc": (["audio 0", "video 1", "application 2"], "0 1 2"),
    "max-bundle": (["video 0", "application 1"], "0 1"),
    "gstreamer": (["video video0", "application application1"], "video0 application1"),
    "libdatachannel": (["video video", "application data"], "video data"),
    "janus": (["-audio a", "video v", "application d"], "v d"),
}


@pytest.mark.parametrize("writer", OFFERS)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "  \r\n"], ids=["crlf", "lf", "cr", "spaces"])
async def test_each_writers_offer(peer: Peer, writer: str, end: str) -> None:
    """Each section is answered in its place, under its name; what was refused stays refused, outside the
    bundle."""
    answer = await peer.answer(OFFERS[writer].replace("\n", end))
    expected, together = OUTLINES[writer]
    assert outline(answer) == expected
    assert bundle(answer) == [f"a=group:BUNDLE {together}"]


AAC = "m=audio 9 UDP/TLS/RTP/SAVPF 97\na=mid:x\na=sendonly\na=rtcp-mux\na=setup:actpass\n" + OWN
OTHERS = {
    "AAC only": AAC + "a=rtpmap:97 MPEG4-GENERIC/48000/2\na=fmtp:97 streamtype=5;mode=AAC-hbr\n",
    "telephone events only": AAC.replace(" 97", " 126"),
    "no such payload type": AAC.replace(" 97", " 300 x -1"),
    "refused, as Pion does": "m=audio 0 UDP/TLS/RTP/SAVPF 0\nc=IN IP4 0.0.0.0\na=inactive\na=mid:x\n",
    "refused, and nothing else": "m=audio 0 UDP/TLS/RTP/SAVPF 0\na=mid:x\n",
    "refused, with transport": AAC.replace("audio 9", "audio 0") + "a=rtpmap:97 opus/48000/2\n",
    "a second video": video(mid="x"),
    "a refused video": video(mid="x", port=0),
    "H.265 only": video("a=rtpmap:102 H265/90000\n", mid="x"),
    "interleaved H.264 only": video(h264(102, "packetization-mode=2"), mid="x"),
    "text": "m=text 9 RTP/AVP 98\na=mid:x\na=rtpmap:98 t140/1000\n",
    "slides": "m=application 9 UDP/BFCP *\na=mid:x\na=floorctrl:c-s\n",
    "old data over RTP": "m=application 9 RTP/SAVPF 101\na=mid:x\na=rtpmap:101 google-data/90000\n",
    "a fax": "m=image 9 udptl t38\na=mid:x\n",
    "messages": "m=message 9 TCP/TLS/MSRP *\na=mid:x\n",
    "a port beyond all ports": "m=audio 99999999999999999999 UDP/TLS/RTP/SAVPF x\na=mid:x\n",
    "two words": "m=audio 9\na=mid:x\n",
    "no word": "m=\na=mid:x\n",
}


@pytest.mark.parametrize("place", ["first", "between", "last"])
@pytest.mark.parametrize("other", OTHERS)
async def test_a_section_of_no_use_is_refused(peer: Peer, other: str, place: str) -> None:
    """It is answered with port 0 in its place, also when it leads the bundle; the rest works."""
    parts = [video(), data()]
    at = {"first": 0, "between": 1, "last": 2}[place]
    parts.insert(at, OTHERS[other])
    together = ["0", "1"]
    together.insert(at, "x")
    answer = await peer.answer(crlf(opening(" ".join(together)) + "".join(parts)))
    found = outline(answer)
    refused = found.pop(at)
    if not (other == "a second video" and place == "first"):
        assert (refused[0], refused[-2:]) == ("-", " x")
        assert found == ["video 0", "application 1"]
        assert bundle(answer) == ["a=group:BUNDLE 0 1"]
    else:
        assert (refused, found) == ("video x", ["-video 0", "application 1"])
        assert bundle(answer) == ["a=group:BUNDLE x 1"]
    words = [section[0].split() for section in sections(answer)]
    assert all(len(line) >= 4 for line in words)


H264 = {
    "RFC 6184's spaces": "level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=42e01f",
    "more spaces": " packetization-mode = 1 ;  profile-level-id = 42E01F ; ",
    "capitals": "Packetization-Mode=1;Profile-Level-ID=42E01F",
    "mode 0": "packetization-mode=0;profile-level-id=42e01f",
    "no mode": "profile-level-id=42e01f",
    "nothing": None,
    "empty": "",
    "no values": "packetization-mode;profile-level-id",
    "constrained high": "packetization-mode=1;profile-level-id=640c1f",
    "main": "packetization-mode=1;profile-level-id=4d001f",
    "baseline": "packetization-mode=1;profile-level-id=42001f",
    "4:4:4": "packetization-mode=1;profile-level-id=f4001f",
    "level 1b": "packetization-mode=1;profile-level-id=42f00b",
    "no such level": "packetization-mode=1;profile-level-id=42e0ff",
    "no profile at all": "packetization-mode=1;profile-level-id=high",
    "odd others": "packetization-mode=1;max-fr=fast;apt=;=;;sprop-parameter-sets=!,Z0LA",
}


@pytest.mark.parametrize("kind", H264)
async def test_h264_in_other_words(peer: Peer, kind: str) -> None:
    """What the decoder can do is taken, and answered with the mode and profile that were offered."""
    said = H264[kind]
    answer = await peer.answer(crlf(opening() + video(h264(102, said), numbers="102") + data()))
    [section, _] = sections(answer)
    assert section[0].split()[1] != "0"
    assert section[0].endswith(" 102")
    words = (said or "").replace(" ", "").lower().split(";")
    kept = {word for word in words if word.startswith(("packetization-mode=", "profile-level-id=", "level-"))}
    [*fmtp] = [line for line in section if line.startswith("a=fmtp:")]
    answered = {word.lower() for line in fmtp for word in line.split(" ", 1)[1].split(";")}
    assert answered == kept - {"profile-level-id=high"}


async def test_several_payload_types(peer: Peer) -> None:
    """Of many the usable ones are answered, in the offerer's order, each with its retransmissions."""
    answer = await peer.answer(crlf(OFFERS["libwebrtc"]))
    section = sections(answer)[1]
    assert section[0].split()[3:] == ["96", "97", "102", "103", "104"]
    assert "a=fmtp:104 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f" in section
    assert "a=fmtp:103 apt=102" in section
    assert "a=rtcp-fb:96 nack pli" in section


CANDIDATES = {
    "1 1 udp 2130706431 127.0.0.1 50000 typ host": True,
    "candidate:1 1 UDP 2130706431 127.0.0.1 50000 typ host generation 0 ufrag Xk3d network-cost 999": True,
    "a=candidate:foundation/+ 1 udp 1 ::1 1 typ srflx raddr nonsense rport nonsense": True,
    "1 1 udp 2130706431 127.0.0.1 50000 typ host raddr": True,
    "": False,
    "candidate:": False,
    "1 1 udp": False,
    "1 1 udp 2130706431 127.0.0.1 50000 typ": False,
    "1 1 udp 2130706431 127.0.0.1 0 typ host": False,
    "1 1 udp 2130706431 127.0.0.1 65536 typ host": False,
    "1 1 udp 2130706431 127.0.0.1 -1 typ host": False,
    "1 1 udp 2130706431 127.0.0.1 five typ host": False,
    "1 1 udp 2130706431 127.0.0.1 ٥٥ typ host": False,
    "1 1 udp 99999999999 127.0.0.1 50000 typ host": False,
    "1 1 udp high 127.0.0.1 50000 typ host": False,
    "1 1 udp 2130706431 127.0.0 50000 typ host": False,
    "1 1 udp 2130706431 999.0.0.1 50000 typ host": False,
    "1 1 udp 2130706431 0.0.0.0 50000 typ host": False,
    "1 1 udp 2130706431 224.0.0.251 5353 typ host": False,
    "1 1 udp 2130706431 fe80::1%eth0 50000 typ host": False,
    "1 1 udp 2130706431 3f1c9a2e-0001-4002-8003-abcdefabcdef.local 50000 typ host": False,
    "1 1 udp 2130706431 localhost 50000 typ host": False,
    "1 1 udp 2130706431 192.0.2.1 50000 typ host": False,
    "1 1 tcp 2105524479 127.0.0.1 9 typ host tcptype active": False,
    "1 1 ssltcp 2105524479 127.0.0.1 443 typ host": False,
    "1 2 udp 2130706430 127.0.0.1 50001 typ host": False,
    "1 x udp 2130706431 127.0.0.1 50000 typ host": False,
    "1 1 udp 2130706431 127.0.0.1 50000 type host": False,
    "1 1 udp 2130706431 127.0.0.1 50000 typ other": False,
}


@pytest.mark.parametrize("candidate", CANDIDATES)
async def test_candidates(peer: Peer, candidate: str) -> None:
    """One rule for those in a description and those trickled: what is malformed, TCP, a name, or elsewhere
    when the service is on loopback, is left out."""
    usable = usable_candidate(candidate, only_loopback=True)
    assert (usable is not None) == CANDIDATES[candidate]
    assert "127.0.0.1 50000 typ host" in str(usable) or not usable or "::1 1 typ srflx" in usable
    line = f"a=candidate:{candidate.removeprefix('a=').removeprefix('candidate:')}\n"
    received = ReceivedOffer(crlf(PION + line), only_loopback=True)
    assert received.sdp.count("a=candidate:") == 1 + CANDIDATES[candidate]
    await peer.answer(crlf(PION + line))
    for mid, index in [("0", 0), ("", 0), (None, None), ("nowhere", 7), (None, -1)]:
        await peer.add_candidate(RemoteCandidate(candidate, mid, index))


def test_elsewhere() -> None:
    """A service that is not on loopback may name any address, but no mDNS name is ever asked for."""
    assert usable_candidate("1 1 udp 1 192.0.2.1 50000 typ host", only_loopback=False)
    assert usable_candidate("1 1 udp 1 2001:db8::1 50000 typ relay", only_loopback=False)
    assert not usable_candidate("1 1 udp 1 3f1c9a2e.local 50000 typ host", only_loopback=False)


async def test_no_name_is_asked_for(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    """mDNS names in an offer or trickled are not resolved; and when the other side may have more addresses
    than we know, nothing says that there are no more."""

    async def impossible() -> aioice.mdns.MDnsProtocol:
        raise AssertionError("multicast")

    monkeypatch.setattr("aioice.mdns.create_mdns_protocol", impossible)
    hidden = "1 1 udp 2122260223 3f1c9a2e-1b2c-4d3e-8f90-abcdefabcdef.local 50000 typ host"
    offer = opening() + video(transport=f"{OWN}a=candidate:{hidden}\na=end-of-candidates\n") + data()
    assert "candidates" not in ReceivedOffer(offer, only_loopback=False).sdp
    await peer.answer(crlf(offer))
    await peer.add_candidate(RemoteCandidate(hidden, "0", 0))


async def test_which_section_a_candidate_is_for(peer: Peer) -> None:
    """By its name, else by its place in the offer, else for the transport that all share."""
    offer = ReceivedOffer(crlf(opening("x 0 1") + AAC + video() + data()), only_loopback=True)
    named = {("0", 0): "0", (None, 1): "0", (None, 2): "1", ("1", None): "1"}
    lost = {("x", 0): "0", (None, 0): "0", ("", 0): "0", (None, None): "0", ("7", 9): "0"}
    assert {key: offer.mid_for(*key) for key in named | lost} == named | lost


@pytest.mark.parametrize("mid", [None, "", "two words", "0"], ids=str)
async def test_names_that_are_missing_or_doubled(peer: Peer, mid: str | None) -> None:
    """A section without a name of its own is answered without one."""
    named = f"a=mid:{mid}\n" if mid is not None else ""
    answer = await peer.answer(crlf(opening("") + video(mid="0") + data().replace("a=mid:1\n", named)))
    assert outline(answer) == ["video 0", "application 0" if mid == "0" else "application"]
    assert bundle(answer) == []


@pytest.mark.parametrize("mid", ["\\1", "\\g<0>", "%s{0}$", "x" * 256, "section-1"], ids=ascii)
async def test_odd_names(peer: Peer, mid: str) -> None:
    """A name may have any sign, and is answered as it is."""
    answer = await peer.answer(crlf(opening(f"0 {mid}") + video() + data(mid)))
    assert outline(answer) == ["video 0", f"application {mid}"]
    assert bundle(answer) == [f"a=group:BUNDLE 0 {mid}"]


ODD_LINES = [
    "v=zero", "c=nonsense", "c=IN IP4", "t=now", "a=group", "a=group:LS 0 1", "a=setup", "a=setup:holdconn",
    "a=fingerprint", "a=fingerprint:md5 AA", "a=fingerprint:sha-256 not hex", "a=extmap", "a=extmap:one two",
    "a=extmap:1", "a=ssrc", "a=ssrc:x cname:y", "a=ssrc:99999999999 cname:x", "a=ssrc-group:FID x",
    "a=rtcp:none", "a=rtcp:9 nowhere", "a=max-message-size:many", "a=sctp-port:many", "a=sctpmap:x",
    "a=rtpmap:x", "a=rtpmap:102", "a=rtpmap:103 H264", "a=rtpmap:103 H264/fast", "a=fmtp:9",
    "a=fmtp:77 apt=x",
    "a=rtcp-fb:102", "a=rtcp-fb:", "a=ice-ufrag:", "a=msid:", "a=msid-semantic:", "a=", "a", "=", "\t",
    "a=candidate", "a=candidate:", "a=unheard-of:of", "nonsense", "a=ice-options:trickle rtp+ecn",
    "b=AS:x",
]  # fmt: skip


@pytest.mark.parametrize("line", ODD_LINES)
async def test_an_odd_line_costs_itself_alone(peer: Peer, line: str) -> None:
    """Wherever a line stands that cannot be read, or says nothing to us, the offer is answered."""
    session, *rest = PION.split("m=")
    offer = f"{line}\n{session}{line}\n" + "".join(f"m={part}{line}\n" for part in rest)
    assert outline(await peer.answer(crlf(offer))) == ["video 0", "application 1"]


HOPELESS = {
    "nothing": "",
    "nonsense": "nonsense",
    "no sections": opening(),
    "no ICE": opening() + video(transport=FINGERPRINT),
    "no fingerprint": opening() + video(transport=ICE),
    "a fingerprint that nobody can check": opening() + video(transport=ICE + "a=fingerprint:md5 AA:BB\n"),
    "undecodable video": opening() + video("a=rtpmap:102 H266/90000\n") + data(),
    "audio alone": opening("x") + AAC,
    "too long": opening() + "a=x\n" * 300_000 + video(),
}


@pytest.mark.parametrize("kind", HOPELESS)
async def test_an_offer_that_cannot_be_answered(peer: Peer, kind: str) -> None:
    """It is told at once, as an error that no second attempt mends."""
    with pytest.raises(OdysseyConnectionError) as error:
        await peer.answer(HOPELESS[kind])
    assert (error.value.code, error.value.retryable) == ("bad_description", False)


def mutated(dice: random.Random) -> str:
    """One of the offers with some of its lines, words and characters lost, doubled, moved or replaced."""
    lines = dice.choice(list(OFFERS.values())).split("\n")
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(lines))
        match dice.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(dice.randrange(len(lines)), lines[at])
            case 2:
                words = lines[at].split(" ")
                words[dice.randrange(len(words))] = dice.choice(
                    ["", "0", "-1", "99999999999", "\x00", "ß", "a=b"]
                )
                lines[at] = " ".join(words)
            case 3:
                lines[at] = lines[at][: dice.randrange(len(lines[at]) + 1)]
            case 4:
                lines.insert(at, dice.choice(ODD_LINES))
            case 5:
                lines[at] = lines[at].replace(":", dice.choice(["", ": ", "::"]), 1)
        lines = lines or [""]
    return "\r\n".join(lines)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_comes(seed: int) -> None:
    """Hundreds of broken offers, and answers of servers: each is used, or refused with a typed error."""
    dice = random.Random(seed)
    used = 0
    for _ in range(250):
        offer = mutated(dice)
        with contextlib.suppress(OdysseyConnectionError):
            ReceivedAnswer(offer, offer=OUR_OFFER, only_loopback=True)
        try:
            received = ReceivedOffer(offer, only_loopback=True)
        except OdysseyConnectionError:
            continue
        used += 1
        parsed = SessionDescription.parse(received.sdp)
        assert len({media.rtp.muxId for media in parsed.media}) == len(parsed.media) <= 3
        assert all(media.ice and media.ice.usernameFragment and media.dtls for media in parsed.media)
        received.mid_for("x", 1)
    assert used > 100


async def test_whatever_comes_is_negotiated_or_refused() -> None:
    """The same through aiortc, whose own errors never leave."""
    dice = random.Random(99)
    for _ in range(40):
        one = loopback_peer()
        with contextlib.suppress(OdysseyConnectionError):
            offer = mutated(dice)
            answer = await one.answer(offer)
            assert len(sections(answer)) == sum(line.strip().startswith("m=") for line in offer.splitlines())
        await one.close()
