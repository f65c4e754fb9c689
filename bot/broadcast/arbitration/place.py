"""A place on a ballot."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bot.broadcast.arbitration.likeness import Words
from bot.broadcast.model import Suggestion


@dataclass(slots=True, eq=False)
class Place:
    """A candidate's place. `holder` is the author by whose share it is there, `placing` tells since when."""

    number: int
    words: Words
    holder: int
    placing: int
    has_whole_ballot: bool = False
    members: dict[str, Suggestion] = field(default_factory=dict)
    authors: Counter[int] = field(default_factory=Counter)
