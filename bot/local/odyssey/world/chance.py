"""Chance that comes out the same way each time."""

from __future__ import annotations

import random


def seeded(seed: int) -> random.Random:
    """A generator for looks and places: equal seeds give equal worlds."""
    return random.Random(seed)  # noqa: S311  # it guards nothing
