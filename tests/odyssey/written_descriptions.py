"""Session descriptions as they are written by those who write them."""

FINGERPRINT = "a=fingerprint:sha-256 " + ":".join(["A7", "0C", "55", "E1"] * 8) + "\n"
ICE = "a=ice-ufrag:Xk3d\na=ice-pwd:cS0qX3NO1p0aPQ9v2mN4kRtE\n"
OWN = ICE + FINGERPRINT
"""A transport of its own."""
CANDIDATE = "a=candidate:1 1 udp 2130706431 127.0.0.1 9 typ host\n"
CONSTRAINED_BASELINE = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"


def crlf(text: str) -> str:
    """With the line ends of RFC 8866."""
    return text.replace("\n", "\r\n")


def opening(bundle: str = "0 1", more: str = "") -> str:
    """The session's part."""
    group = f"a=group:BUNDLE {bundle}\n" if bundle else ""
    return f"v=0\no=- 4215775240449105457 2 IN IP4 0.0.0.0\ns=-\nt=0 0\n{more}{group}"


def h264(number: int = 102, parameters: str | None = CONSTRAINED_BASELINE) -> str:
    """One payload type of H.264."""
    fmtp = f"a=fmtp:{number} {parameters}\n" if parameters is not None else ""
    return f"a=rtpmap:{number} H264/90000\n{fmtp}"


def video(
    formats: str = h264(), *, mid: str = "0", numbers: str = "102", transport: str = OWN, port: int = 9
) -> str:
    """A video section that sends."""
    return f"""m=video {port} UDP/TLS/RTP/SAVPF {numbers}
c=IN IP4 0.0.0.0
a=mid:{mid}
a=sendonly
a=rtcp-mux
a=setup:actpass
{transport}{formats}"""


def data(mid: str = "1", transport: str = OWN) -> str:
    """A section of data channels."""
    return f"""m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:{mid}
a=setup:actpass
{transport}a=sctp-port:5000
a=max-message-size:262144
"""


PION = (
    opening("0 1", FINGERPRINT + "a=extmap-allow-mixed\na=msid-semantic:WMS *\n")
    + video(h264(125), numbers="125", transport=ICE)
    + f"""a=rtcp-rsize
a=rtcp-fb:125 goog-remb\x20
a=rtcp-fb:125 nack\x20
a=rtcp-fb:125 nack pli
a=ssrc:3735928559 cname:pion
a=ssrc:3735928559 msid:pion video
a=msid:pion video
{CANDIDATE}a=candidate:2 2 udp 2130706430 127.0.0.1 9 typ host
a=end-of-candidates
"""
    + data(transport=ICE)
)

LIBWEBRTC = (
    opening("0 1 2", "a=extmap-allow-mixed\na=msid-semantic: WMS stream\n")
    + f"""m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
{ICE}a=ice-options:trickle
{FINGERPRINT}a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=sendonly
a=msid:stream audio
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1001 cname:x
"""
    + video(
        f"""a=ice-options:trickle
a=extmap:14 urn:ietf:params:rtp-hdrext:toffset
a=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 goog-remb
a=rtcp-fb:96 transport-cc
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
{h264(102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f")}a=rtpmap:103 rtx/90000
a=fmtp:103 apt=102
{h264(104, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42001f")}a=rtpmap:45 AV1/90000
a=fmtp:45 level-idx=5;profile=0;tier=0
{h264(39, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=4d001f")}a=rtpmap:98 VP9/90000
a=fmtp:98 profile-id=0
a=rtpmap:123 red/90000
a=rtpmap:122 ulpfec/90000
a=ssrc-group:FID 2002 2003
a=ssrc:2002 cname:x
a=ssrc:2003 cname:x
""",
        mid="1",
        numbers="96 97 102 103 104 39 45 98 123 122",
    )
    + data("2", OWN + "a=ice-options:trickle\n")
)

MAX_BUNDLE = (
    opening("0 1", "a=ice-lite\n")
    + video(transport=OWN + CANDIDATE)
    # One that shares another's port and transport says nothing of them (RFC 9143; RFC 9429, 5.2.1).
    + """m=application 0 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=bundle-only
a=mid:1
a=sctp-port:5000
"""
)

GSTREAMER = (
    opening("video0 application1", "a=ice-options:trickle\n")
    + video(
        h264(
            96,
            "packetization-mode=1;profile-level-id=42c016;sprop-parameter-sets=Z0LAFtoFB+hAAAADAEAAAAwjxYuS,aM4PyA==",
        ),
        mid="video0",
        numbers="96",
    )
    + """a=rtcp-fb:96 nack pli
a=framerate:30
a=ssrc:1842 msid:user webrtctransceiver0
a=ssrc:1842 cname:user
"""
    + data("application1")
)

LIBDATACHANNEL = (
    opening("video data", f"a=msid-semantic:WMS *\na=setup:actpass\n{OWN}")
    + """m=video 9 UDP/TLS/RTP/SAVPF 102
c=IN IP4 0.0.0.0
a=mid:video
a=sendonly
a=ssrc:42 cname:video
a=rtcp-mux
a=rtpmap:102 H264/90000
a=rtcp-fb:102 nack
a=fmtp:102 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:data
a=sendrecv
a=sctp-port:5000
a=max-message-size:262144
"""
)

JANUS = (
    opening("v d", "a=ice-lite\na=msid-semantic: WMS janus\n")
    + """m=audio 0 UDP/TLS/RTP/SAVPF 0
c=IN IP4 127.0.0.1
a=inactive
a=mid:a
"""
    + video(h264(126, "profile-level-id=42e01f; packetization-mode=1; "), mid="v", numbers="126")
    + """a=rtcp-fb:126 ccm fir
a=extmap:12 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
"""
    + data("d")
)

OFFERS = {
    "pion": PION,
    "libwebrtc": LIBWEBRTC,
    "max-bundle": MAX_BUNDLE,
    "gstreamer": GSTREAMER,
    "libdatachannel": LIBDATACHANNEL,
    "janus": JANUS,
}

OUR_OFFER = (
    opening()
    + video(h264(99), numbers="99")
    + """m=audio 9 UDP/TLS/RTP/SAVPF 96
a=mid:1
a=recvonly
a=rtcp-mux
a=rtpmap:96 opus/48000/2
"""
)
"""As a spectator makes it."""
