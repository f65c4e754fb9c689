"""Makes malformed things of good ones: JSON with odd values, texts and bytes with holes."""

from __future__ import annotations

import json
import random
from typing import Any

ODD_TEXTS = (
    "", " ", "\0", "\ud800", "\u202e", "\u2028", "a" * 3000, "{", "[[[[", "-1", "0x10", "1e999", "nan",
    "٣", "²", "http://", "http://[", "https://a:99999/", "wss://\ud800", "//", "..", "%", "%00",
    "\r\nX: y", "null",
    "🦊" * 40,
)  # fmt: skip
ODD_NUMBERS = (
    0, -0.0, -1, 1, 2**31, 2**53, 2**63, -(2**64), 10**30, 1e308, 1e-308,
    float("inf"), float("-inf"), float("nan"), 0.1,
)  # fmt: skip
TOKENS = (
    b"\0",
    b"\n",
    b"\r\n",
    b" ",
    b"\xff",
    b"\xc3\x28",
    b":",
    b"=",
    b"/",
    b'"',
    b",",
    b"-",
    b"9" * 25,
    b"a=",
    b"#EXT",
)
"""What texts are made of, and broken by."""


def odd_value(luck: random.Random) -> Any:
    """A value of any kind that JSON has; some are deep, some are long."""
    match luck.randrange(8):
        case 0 | 1:
            return luck.choice(ODD_TEXTS)
        case 2 | 3:
            return luck.choice(ODD_NUMBERS)
        case 4:
            return luck.choice((None, True, False))
        case 5:
            return [luck.choice(ODD_TEXTS) for _ in range(luck.randrange(4))]
        case 6:
            return {luck.choice(ODD_TEXTS): luck.choice(ODD_NUMBERS)}
        case _:
            deep: Any = []
            for _ in range(luck.choice((3, 60))):
                deep = [deep] if luck.random() < 0.5 else {"a": deep}
            return deep


def mangled(luck: random.Random, value: Any, rate: float = 0.15) -> Any:
    """A copy in which some parts are odd, are missing, or are there twice."""
    if luck.random() < rate:
        return odd_value(luck)
    if isinstance(value, dict):
        kept: dict[Any, Any] = {}
        for key, part in value.items():
            if luck.random() < rate / 2:
                continue
            kept[luck.choice(ODD_TEXTS) if luck.random() < rate / 4 else key] = mangled(luck, part, rate)
        return kept
    if isinstance(value, list):
        parts = [mangled(luck, part, rate) for part in value if luck.random() > rate / 2]
        return parts * luck.choice((1, 1, 1, 2, 30)) if luck.random() < rate else parts
    return value


def mangled_json(luck: random.Random, value: Any) -> bytes:
    """The same as it comes over the wire; some is no JSON any more."""
    try:
        raw = json.dumps(mangled(luck, value)).encode()
    except RecursionError:
        return b"[" * 5000
    return mangled_bytes(luck, raw) if luck.random() < 0.2 else raw


def mangled_bytes(luck: random.Random, raw: bytes) -> bytes:
    """Some places are cut out, doubled, replaced."""
    data = bytearray(raw)
    for _ in range(luck.choice((1, 1, 2, 5))):
        at, other = (luck.randrange(len(data) + 1) for _ in range(2))
        first, last = min(at, other), max(at, other)
        match luck.randrange(6):
            case 0:
                del data[first : first + luck.randrange(1, 30)]
            case 1:
                data[at:at] = luck.choice(TOKENS)
            case 2:
                data[at:at] = data[first : min(last, first + 200)]
            case 3:
                del data[at:]
            case 4 if data:
                data[luck.randrange(len(data))] = luck.randrange(256)
            case _:
                data[at : at + luck.randrange(1, 12)] = luck.choice(ODD_TEXTS).encode(errors="replace")
    return bytes(data)


def mangled_lines(luck: random.Random, text: str) -> str:
    """A text of lines of which some are missing, are elsewhere, are of another text, or are broken."""
    lines = text.split("\n")
    for _ in range(luck.choice((1, 2, 4, 9))):
        at = luck.randrange(len(lines)) if lines else 0
        match luck.randrange(6):
            case 0:
                del lines[at : at + 1]
            case 1:
                lines.insert(at, lines[luck.randrange(len(lines))] if lines else "")
            case 2:
                luck.shuffle(lines[at : at + 5])
                lines[at : at + 2] = lines[at : at + 2][::-1]
            case 3:
                lines[at : at + 1] = lines[at : at + 1] * luck.choice((2, 2, 300))
            case _:
                line = lines[at] if lines else ""
                lines[at : at + 1] = [mangled_bytes(luck, line.encode()).decode(errors="replace")]
    return "\n".join(lines)
