"""What those who rule a broadcast do to it, whatever the door: whether they may, the deed, and its entry."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.broadcast import rights
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.audit import ActionKind, Audit
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.prompts import clean_prompt
from bot.broadcast.model import Ending, Refusal, Suggestion
from bot.broadcast.rights import Deed, Person
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason


class Deeds:
    """Each is done in the moment of the call, and has to be awaited for its entry in the audit list.

    `by` is who does it, as they stand in the broadcast's channel. All raise what `rights.check` raises, and
    BROADCAST_OVER.
    """

    def __init__(self, audit: Audit, safe_prompt_of: Callable[[int], str]) -> None:
        self._audit = audit
        self._safe_prompt_of = safe_prompt_of

    def choose_mode(self, session: BroadcastSession, mode: Mode, *, by: Person) -> Awaitable[None]:
        _check(Deed.CHOOSE_MODE, session, by)
        session.floor.switch(mode)
        return self._record(session, by, ActionKind.MODE, mode)

    def call_vote(self, session: BroadcastSession, mode: Mode, *, by: Person) -> Awaitable[None]:
        """Puts another mode to everyone's vote. Raises VOTE_IS_RUNNING too."""
        _check(Deed.CALL_VOTE, session, by)
        session.floor.call_vote(mode, by.viewer)
        return self._record(session, by, ActionKind.CALL_VOTE, mode)

    def pause(self, session: BroadcastSession, *, paused: bool, by: Person) -> Awaitable[None]:
        _check(Deed.PAUSE, session, by)
        session.floor.pause(paused=paused)
        return self._record(session, by, ActionKind.PAUSE if paused else ActionKind.RESUME, "suggestions")

    async def panic(self, session: BroadcastSession, *, by: Person) -> None:
        """Stops the taking of suggestions, empties the line, and sends the server's safe prompt."""
        _check(Deed.PANIC, session, by)
        safe_prompt = self._safe_prompt_of(session.broadcast.channel.guild_id)
        try:
            await session.panic(by.viewer, clean_prompt(safe_prompt))
        finally:  # all but its storing is done in any case
            await self._record(session, by, ActionKind.PANIC, safe_prompt)

    def approve(self, session: BroadcastSession, suggestion_id: str, *, by: Person) -> Awaitable[None]:
        """Lets a suggestion pass as it is. Raises what `undecided` raises too."""
        _check(Deed.REVIEW, session, by)
        suggestion = undecided(session, suggestion_id)
        session.floor.approve(suggestion_id)
        return self._record(session, by, ActionKind.APPROVE, suggestion.prompt)

    async def approve_as(
        self, session: BroadcastSession, suggestion_id: str, prompt: str, *, by: Person
    ) -> None:
        """Lets a suggestion pass in other words. Raises EMPTY_PROMPT and what `undecided` raises too."""
        _check(Deed.REVIEW, session, by)
        undecided(session, suggestion_id)
        await session.floor.approve_as(suggestion_id, clean_prompt(prompt))
        await self._record(session, by, ActionKind.EDIT, prompt)

    async def refuse(self, session: BroadcastSession, suggestion_id: str, *, by: Person) -> None:
        """Takes a suggestion out of the line. Raises what `undecided` raises too."""
        _check(Deed.REVIEW, session, by)
        suggestion = undecided(session, suggestion_id)
        await session.floor.refuse(suggestion_id, Refusal.MODERATOR_REFUSED)
        await self._record(session, by, ActionKind.REFUSE, suggestion.prompt)

    def end(self, session: BroadcastSession, *, by: Person) -> Awaitable[None]:
        """Asks for the end; one's own is no entry. Raises ALREADY_ENDING in place of BROADCAST_OVER."""
        broadcast = session.broadcast
        rights.check(Deed.END, by, host=broadcast.host)
        if session.is_closing:
            raise BroadcastError(Code.ALREADY_ENDING)
        is_own = by.viewer.id == broadcast.host.id
        session.end(Ending(Reason.HOST_ENDED if is_own else Reason.MODERATOR_ENDED, by=by.viewer))
        return asyncio.sleep(0) if is_own else self._record(session, by, ActionKind.END, broadcast.prompt)

    def _record(
        self, session: BroadcastSession, by: Person, kind: ActionKind, subject: str
    ) -> Awaitable[None]:
        return self._audit.record(session.broadcast.channel.guild_id, by.viewer, kind, subject)


def undecided(session: BroadcastSession, suggestion_id: str) -> Suggestion:
    """A suggestion that waits for a moderator. Raises NOT_IN_LINE or ALREADY_DECIDED."""
    suggestion = session.floor.waiting_suggestion(suggestion_id)
    if all(waiting.id != suggestion_id for waiting in session.floor.pending):
        raise BroadcastError(Code.ALREADY_DECIDED)
    return suggestion


def _check(deed: Deed, session: BroadcastSession, by: Person) -> None:
    rights.check(deed, by, host=session.broadcast.host)
    if session.is_closing:
        raise BroadcastError(Code.BROADCAST_OVER)
