"""A picture that a stream can start from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A JPEG in the shape of a stream. It may show anything and anybody, so repr shows nothing."""

    jpeg: bytes
    portrait: bool
