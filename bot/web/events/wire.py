"""Events as they are written to pages: made once, for all of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes for an event stream, as HTTP/1.1 has them in a chunk, and as HTTP/1.0 has them."""

    chunked: bytes
    plain: bytes

    @classmethod
    def of(cls, lines: str) -> Self:
        plain = lines.encode()
        return cls(b"%x\r\n%s\r\n" % (len(plain), plain), plain)


HEARTBEAT = Written.of(":\n\n")
GONE = Written.of("event: gone\ndata: {}\n\n")


@dataclass(frozen=True, slots=True)
class NumberedDocument:
    """A state document, but for the time, and its number: a later one's is larger, in the next run too."""

    number: int
    text: str
    """Its JSON, without the first brace."""

    def at(self, now_ms: int) -> Written:
        """The event that tells it at this time."""
        return Written.of(f'event: state\nid: {self.number}\ndata: {{"now":{now_ms},{self.text}\n\n')


def text_of(document: Mapping[str, Any]) -> str:
    """A document as it stands behind the time. In ASCII, so that it is one line, whatever people write."""
    return json.dumps(document, separators=(",", ":"))[1:]


def retry(pause_ms: int) -> Written:
    """How long a page is to wait before it comes again."""
    return Written.of(f"retry: {pause_ms}\n\n")
