"""From a prompt to a scene, and from a scene to words."""

from __future__ import annotations

import zlib

from bot.standin.world.scene import Scene


def imagine(prompt: str, before: Scene | None = None) -> Scene:
    """The scene that a prompt makes of the one before."""
    return Scene(prompt, zlib.crc32(prompt.encode()))


def describe(scene: Scene) -> str:
    """A full description of the scene."""
    return f"{scene.prompt}. A calm landscape in soft light."
