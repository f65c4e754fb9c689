"""The port behind which texts are searched: SQLite's index here, another database's there."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection, Executable, Select


class TextIndex(Protocol):
    """Which broadcasts have which words, for each server by itself.

    A text that is entered has a place (`places.py`). It is found until its row is deleted or says something
    else; the database sees to that.
    """

    def __hash__(self) -> int:
        """Statements are kept by it."""

    def enter_stream(self, broadcast_id: str, stream_id: str, prompt: str) -> Sequence[Executable]:
        """Statements that enter what a stream began with, and give its broadcast a place: for the transaction
        of their cause, behind those that store it. Repeated, they change nothing."""

    def enter_suggestion(self, suggestion_id: str, prompt: str) -> Sequence[Executable]:
        """The same for a suggestion that was applied, in a stream that was entered."""

    def enter_placed(self, connection: Connection, texts: Sequence[tuple[int, str]]) -> None:
        """Enters texts, each with its place, that an index elsewhere had: this one has none of them."""

    def question(self, server: int, typed: str) -> str | None:
        """What is asked of a server's texts by who typed that; None if they typed no words."""

    def places(self) -> Select[tuple[int]]:
        """The places of what fits the parameter `question`, as `place`."""
