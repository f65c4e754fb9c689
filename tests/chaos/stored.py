"""What is in a bot's database, read beside it, without the bot's code."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

OVER = ("ended", "failed")
NEWEST = 300
"""Rows of a table that are looked at: more than one evening has."""


@dataclass(frozen=True)
class Stored:
    """Rows by their columns' names."""

    broadcasts: list[dict[str, Any]]
    streams: list[dict[str, Any]]
    suggestions: list[dict[str, Any]]

    @property
    def running(self) -> list[dict[str, Any]]:
        """The broadcasts that are not over."""
        return [each for each in self.broadcasts if each["state"] not in OVER]

    @property
    def goes_on(self) -> bool:
        """Whether something is to be taken up: of what is to end, and says why, only the end is left."""
        return any(each["state"] != "ending" and each["reason"] is None for each in self.running)

    @classmethod
    def read(cls, file: Path) -> Stored:
        with closing(_opened(file)) as database:
            return cls(*(_rows(database, table) for table in ("broadcasts", "streams", "suggestions")))

    @staticmethod
    def faults(file: Path) -> list[str]:
        """What the database finds wrong with itself."""
        with closing(_opened(file)) as database:
            told = [str(row[0]) for row in database.execute("PRAGMA integrity_check")]
            told += [f"foreign key: {tuple(row)}" for row in database.execute("PRAGMA foreign_key_check")]
        return [each for each in told if each != "ok"]

    @staticmethod
    def set_up(file: Path, guild_id: int, settings: Mapping[str, Any]) -> None:
        """A server's settings, as an earlier run stored them."""
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(
                "INSERT INTO guild_settings (guild_id, settings, changed_at) VALUES (?, ?, ?)",
                (guild_id, json.dumps(settings), "2026-01-01 00:00:00.000000"),
            )


def _opened(file: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
    database.row_factory = sqlite3.Row
    return database


def _rows(database: sqlite3.Connection, table: str) -> list[dict[str, Any]]:
    newest = f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT {NEWEST}"
    return [dict(row) for row in database.execute(newest)][::-1]
