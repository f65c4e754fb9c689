"""Good messages of the service, as malformed ones are made of."""

from typing import Any

DATA_CHANNEL: tuple[dict[str, Any], ...] = (
    {"type": "stream_started", "stream_id": "s1", "applied_prompt": "a cat, softly lit"},
    {
        "type": "broadcast_ready",
        "broadcast_url": "https://cdn.example/live/index.m3u8",
        "webrtc_url": "https://whep.example/s1",
        "spectator_token": "token",
    },
    {"type": "update_acknowledged", "prompt": "snow, softly lit"},
    {"type": "stream_ended"},
    {"type": "interactive_stream_error", "reason": "moderation", "message": "Not this."},
    {"type": "interactive_stream_error", "reason": "session_timeout", "message": "Time is up."},
)
SIGNALLING: tuple[dict[str, Any], ...] = (
    {"type": "ice_candidate", "candidate": "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host",
     "sdpMid": "0", "sdpMLineIndex": 0},
    {"type": "error", "reason": "session_expired"},
)  # fmt: skip
CANDIDATES = (
    "candidate:1 1 udp 2130706431 192.0.2.1 5000 typ host",
    "a=candidate:842163049 1 UDP 1677729535 203.0.113.7 61665 typ srflx raddr 0.0.0.0 rport 0 generation 0",
    "candidate:3 1 udp 41885439 2001:db8::1 3478 typ relay raddr 192.0.2.1 rport 5000",
)
ICE_CONFIG: dict[str, Any] = {
    "iceServers": [
        {"urls": ["stun:stun.example:3478", "turn:turn.example:3478?transport=udp"], "username": "u",
         "credential": "c"},
        {"urls": "turns:[2001:db8::1]:5349"},
    ]
}  # fmt: skip
RECORDING: dict[str, Any] = {
    "stream_id": "s1",
    "video_url": "https://store.example/s1.mp4?X-Amz-Date=20260801T200000Z&X-Amz-Expires=3600",
    "events_url": "https://store.example/s1.jsonl?Expires=1785614400",
    "thumbnail_url": "https://store.example/s1.jpg?se=2026-08-01T21%3A00%3A00Z",
    "preview_url": "https://store.example/s1_preview.mp4",
    "frame_count": 3600,
    "duration_seconds": 150.2,
}
JOB: dict[str, Any] = {
    "job_id": "j1",
    "status": "completed",
    "priority": "normal",
    "created_at": "2026-08-01T20:00:00Z",
    "estimated_wait_minutes": 2,
    "streams": [{"script_index": 0, **RECORDING}],
}
PAGE: dict[str, Any] = {
    "recordings": [
        {"stream_id": "s1", "width": 704, "height": 1280, "started_at": "2026-08-01T20:00:00Z",
         "ended_at": None, "duration_seconds": 12.5}
    ] * 3,
    "jobs": [JOB],
    "total": 3,
    "limit": 20,
    "offset": 0,
}  # fmt: skip
SESSION: dict[str, Any] = {
    "session_id": "session-1",
    "signalling_url": "wss://signal.example/ws",
    "session_token": "secret",
    "expires_in": 3600,
    "capabilities": {"image_to_video": True},
    "regions": [],
}
TOKEN: dict[str, Any] = {"access_token": "token", "token_type": "bearer", "expires_in": 3600}
REFUSALS: tuple[dict[str, Any], ...] = (
    {"detail": {"error": "quota_exceeded", "message": "Used up.", "used_hours": 10, "limit_hours": 10,
                "period_end": "2026-09-01T00:00:00Z", "resets_at": "2026-09-01"}},
    {"error": "concurrent_limit_exceeded", "active_count": 5, "limit": 5, "message": "Too many."},
    {"error": "rate_limit_exceeded", "retry_after": 30, "retry_after_seconds": 30},
    {"detail": [{"msg": "field required", "loc": ["body", "prompt"], "type": "missing"}]},
    {"detail": "Not found"},
    {"code": "stream_duration_exceeded", "max_duration_seconds": 150, "message": "Too long."},
    {"code": "account_suspended"},
)  # fmt: skip
EVENT: dict[str, Any] = {"type": "interact", "timestamp_ms": 1200, "prompt": "snow"}
PLAYLISTS = (
    """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:17
#EXT-X-MAP:URI="init.mp4",BYTERANGE="700@0"
#EXT-X-KEY:METHOD=AES-128,URI="key.bin",IV=0x1234567890abcdef1234567890abcdef
#EXT-X-PROGRAM-DATE-TIME:2026-08-01T20:00:00.000Z
#EXTINF:4.000,
#EXT-X-BYTERANGE:1000@0
17.m4s?token=T
#EXTINF:3.96,title
#EXT-X-BYTERANGE:1000
17.m4s?token=T
#EXT-X-DISCONTINUITY
#EXTINF:4,
https://other.example/19.ts
#EXT-X-GAP
#EXTINF:4,
20.ts
#EXT-X-ENDLIST
""",
    """#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS="avc1.42e01f,mp4a.40.2",RESOLUTION=704x1280
low/index.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2560000,CODECS="hvc1"
high/index.m3u8
""",
)
PAYLOADS = (
    ("H264", bytes.fromhex("6742e01f8d680b04b6")),
    ("H264", bytes.fromhex("68ce3c80")),
    ("H264", bytes.fromhex("7c8588840021a0")),
    ("H264", bytes.fromhex("78000967" + "42e01f8d680b04b6" + "000468ce3c80")),
    ("H264", bytes.fromhex("419a02")),
    ("VP8", bytes.fromhex("90e0810011109d012ac002")),
    ("VP8", bytes.fromhex("8080013121")),
)
"""Of RTP: parameter sets, the beginning of a keyframe, several in one, a slice; VP8."""
