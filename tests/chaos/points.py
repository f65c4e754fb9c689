"""Where a bot can be killed: before and after each commit and each send, and between effect and answer."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class When(StrEnum):
    """`BEFORE` it is sent; at its `EFFECT` on the other side, which the bot does not learn; `AFTER` all."""

    BEFORE = "before"
    EFFECT = "effect"
    AFTER = "after"


PLACES = {
    # What is sent, and the number up to which an evening has it about as often.
    "commit": 40,
    "callback": 8,  # the first answer to an interaction
    "answer": 8,  # what comes later on that: edits, follow-ups
    "post": 4,
    "edit": 8,
    "mark": 8,
    "commands": 1,
    "gateway": 2,
    "reserve": 3,
    "token": 3,
    "ask": 4,  # of the service: tokens for the API, recordings
    "signal": 6,
    "start": 3,
    "update": 6,
    "end": 3,
}
RARELY = ("commands", "gateway", "token", "ask", "signal")
"""Places at which a bot is killed half as often as at others: little hangs on them."""
HAS_EFFECTS = ("callback", "answer", "post", "edit", "mark", "reserve", "start", "update", "end")
"""Those that the harness sees happen on the other side."""


@dataclass(frozen=True, slots=True)
class Point:
    """The `number`-th time of its kind in the life of a process."""

    place: str
    when: When
    number: int

    def __str__(self) -> str:
        return f"{self.place}:{self.when}:{self.number}"

    @classmethod
    def read(cls, text: str) -> Point:
        place, when, number = text.split(":")
        return cls(place, When(when), int(number))

    @classmethod
    def drawn(cls, dice: random.Random, *, soon: bool = False) -> Point:
        """Any of them; `soon` in the life of a process, as of one that takes up what another one left."""
        place = dice.choices(list(PLACES), [1 if place in RARELY else 2 for place in PLACES])[0]
        most = max(1, PLACES[place] // 4) if soon else PLACES[place]
        return cls(place, dice.choice(_whens(place)), dice.randint(1, most))

    @classmethod
    def all(cls) -> Iterator[Point]:
        """Each of them, once."""
        for place, most in PLACES.items():
            for number in range(1, most + 1):
                yield from (cls(place, when, number) for when in _whens(place))


def _whens(place: str) -> list[When]:
    return [when for when in When if when is not When.EFFECT or place in HAS_EFFECTS]


_CALLS = (
    ("callback", "POST", r"/interactions/\d+/[^/]+/callback"),
    ("answer", "POST|PATCH|DELETE", r"/webhooks/.+"),
    ("post", "POST", r"/channels/\d+/messages"),
    ("mark", "PUT|DELETE", r"/channels/\d+/messages/\d+/reactions/.+"),
    ("edit", "PATCH|DELETE", r"/channels/\d+/messages/\d+"),
    ("commands", "PUT", r"/applications/\d+/.*commands"),
)


def place_in_discord(method: str, path: str) -> str | None:
    """Of a call of Discord's REST API; None for one that changes nothing. `path` is below the version."""
    for place, methods, pattern in _CALLS:
        if re.fullmatch(methods, method) and re.fullmatch(pattern, path):
            return place
    return None


def place_in_odyssey(path: str) -> str:
    """Of a call of the service's REST API."""
    return {"/sessions/request": "reserve", "/sessions/token": "token"}.get(path, "ask")


_COMMANDS = {"interactive_stream_start": "start", "update": "update", "interactive_stream_end": "end"}


def place_on_channel(text: str) -> str | None:
    """Of a message to the streamer."""
    return next((place for kind, place in _COMMANDS.items() if f'"{kind}"' in text[:200]), None)
