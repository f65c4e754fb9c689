"""What is to be seen, as a prompt has made it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """A description that a stage can be built from; equal scenes look the same."""

    prompt: str
    seed: int
