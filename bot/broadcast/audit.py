"""The audit list: who did what to whom, in each server."""

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.model import Viewer

log = logging.getLogger(__name__)


class ActionKind(StrEnum):
    """What moderators do, as the audit list has it."""

    MODE = "mode"
    PAUSE = "pause"
    RESUME = "resume"
    PANIC = "panic"
    MUTE = "mute"
    UNMUTE = "unmute"
    APPROVE = "approve"
    EDIT = "edit"
    REFUSE = "refuse"
    SETTING = "setting"
    CALL_VOTE = "call_vote"
    END = "end"
    LINK = "link"
    REVOKE_LINK = "revoke_link"  # of a recording
    NEW_LINK = "new_link"
    ACCOUNT = "account"
    OTHER = "other"  # stored by a version that knows more


@dataclass(frozen=True, slots=True)
class Action:
    """`subject` says what it was done to, in words; `other` whom, if it was somebody."""

    guild_id: int
    actor: Viewer
    kind: ActionKind
    subject: str
    at: datetime
    other: Viewer | None = None


class ActionRecords(Protocol):
    """Where the list is kept."""

    async def save_action(self, action: Action) -> None: ...

    async def latest_actions(self, guild_id: int, limit: int) -> list[Action]:
        """A server's, newest first."""


class Audit:
    """Every server's list. Each entry is made with its deed, by whoever does that."""

    def __init__(self, records: ActionRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    async def record(
        self, guild_id: int, actor: Viewer, kind: ActionKind, subject: str, *, other: Viewer | None = None
    ) -> None:
        """Adds to it. The deed is done by then: what the list could not keep is in the log."""
        try:
            action = Action(guild_id, actor, kind, subject, self._clock.now(), other)
            await self._records.save_action(action)
        except Exception as error:  # the boundary of one entry: missing, it undoes no deed
            unforeseen = None if isinstance(error, NotStoredError) else error
            log.error("the audit list of server %s misses one: %s", guild_id, kind.value, exc_info=unforeseen)

    async def latest(self, guild_id: int, limit: int) -> list[Action]:
        return await self._records.latest_actions(guild_id, limit)
