"""What can be set about the stand-in. The defaults are the real service's limits."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

FIRST_ACCOUNT = "first"
"""That of `api_key`. Recordings of before there were others are its own."""


@dataclass(frozen=True, slots=True)
class StandinSettings:
    """Where the stand-in listens, who may use it, and its limits (protocol page, "Limits")."""

    host: str = "127.0.0.1"
    port: int = 0  # 0 takes any free one
    api_key: str = field(default="ody_local", repr=False)
    # Of further accounts: each has streams, recordings and a limit of its own.
    other_keys: tuple[str, ...] = field(default=(), repr=False)
    stream_limit_s: float = 150.0
    connection_limit_s: float = 3600.0
    idle_limit_s: float = 40.0
    concurrent_streams: int = 5
    image_to_video: bool = True  # a stream can start from an image
    small: bool = False  # pictures have a sixteenth of their pixels: to draw and to encode them costs most
    # For how long a connection that was never closed cleanly counts as one. The real service says: up to 900;
    # that is for rehearsals, for it would lock out a developer whose scripts crash.
    unclean_hold_s: float = 0.0
    # Whether such a one can be ended by a goodbye that comes later, on a connection of its own. What the real
    # service does is not known.
    takes_late_goodbyes: bool = False
    token_lifetime_s: float = 3600.0
    session_token_lifetime_s: float = 600.0
    url_lifetime_s: float = 3600.0
    # From a stream's end until its recording is there, at least. For the first fifth of it the recording is
    # unknown (404), then it has no files yet (nulls).
    recording_delay_s: float = 0.5
    recordings_dir: Path | None = None  # None: a temporary directory, removed at exit
    faults: bool = False  # serve the control endpoint for scripted faults

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False
