"""A translation of characters that is worked out as they are met."""

from collections.abc import Callable

CACHED_CHARACTERS = 20_000
"""What a table remembers at most: texts choose the characters, and must not choose the memory."""


class CharacterTable(dict[int, str | None]):
    """A table for `str.translate`: `translation` gives what a character becomes, or None if it is dropped."""

    def __init__(self, translation: Callable[[str], str | None]) -> None:
        self._translation = translation

    def __missing__(self, code_point: int) -> str | None:
        value = self._translation(chr(code_point))
        if len(self) < CACHED_CHARACTERS:
            self[code_point] = value
        return value
