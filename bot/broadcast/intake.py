"""Whether a suggestion is taken at all: mutes, pauses, cooldowns, repeats and filters of one server."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Viewer

MEMORY_LIMIT = 5000
"""People and prompts that are remembered at most; the oldest are forgotten first."""


class BrokenRule(Protocol):
    """Why a text filter refused a prompt."""

    @property
    def rule(self) -> str:
        """The rule's name."""
        ...

    @property
    def entry(self) -> str | None:
        """The entry of the rule that matched, if it has entries."""
        ...


Key = TypeVar("Key", int, str)
PromptFilter = Callable[[str], BrokenRule | None]


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What limits the taking of suggestions, besides the text filter. A wait of zero switches a rule off."""

    prompt_limit: int = 500
    repeat_window: timedelta = timedelta(seconds=60)
    cooldown: timedelta = timedelta()
    slow_mode: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Mute:
    """Somebody may not steer for a while."""

    viewer: Viewer
    until: datetime
    by: Viewer


class Intake:
    """One server's gate for suggestions. Remembers what cooldowns and repeats need, and no more."""

    def __init__(self, rules: IntakeRules, text_filter: PromptFilter) -> None:
        self._rules = rules
        self._text_filter = text_filter
        self._mutes: dict[int, Mute] = {}
        self._last_by_viewer: OrderedDict[int, datetime] = OrderedDict()
        self._last_by_prompt: OrderedDict[str, datetime] = OrderedDict()
        self._last: datetime | None = None

    def change(self, rules: IntakeRules, text_filter: PromptFilter) -> None:
        """From now on these rules apply; mutes and memory stay."""
        self._rules = rules
        self._text_filter = text_filter

    def mute(self, mute: Mute) -> None:
        """Takes nothing of this viewer until then."""
        self._mutes[mute.viewer.id] = mute

    def unmute(self, viewer: Viewer) -> bool:
        """Takes suggestions of this viewer again; False if they were not muted."""
        return self._mutes.pop(viewer.id, None) is not None

    def check(self, viewer: Viewer, prompt: str, now: datetime, *, is_exempt: bool) -> None:
        """Raises the code of the first rule that a suggestion breaks; exempt people are only held to mutes.

        Raises MUTED, PROMPT_TOO_LONG, FILTERED, REPEATED, COOLING_DOWN or SLOW_MODE.
        """
        self.check_words(viewer, prompt, now, is_exempt=is_exempt)
        if is_exempt:
            return
        rules = self._rules
        if rules.repeat_window:
            _check_wait(Code.REPEATED, self._last_by_prompt.get(prompt.casefold()), rules.repeat_window, now)
        if rules.cooldown:
            _check_wait(Code.COOLING_DOWN, self._last_by_viewer.get(viewer.id), rules.cooldown, now)
        if rules.slow_mode:
            _check_wait(Code.SLOW_MODE, self._last, rules.slow_mode, now)

    def check_mute(self, viewer: Viewer, now: datetime) -> None:
        """Raises MUTED for somebody who may not steer."""
        mute = self._mutes.get(viewer.id)
        if mute and now < mute.until:
            raise BroadcastError(Code.MUTED, until=mute.until)

    def check_words(self, viewer: Viewer, prompt: str, now: datetime, *, is_exempt: bool) -> None:
        """Raises MUTED; and PROMPT_TOO_LONG or FILTERED, unless the author is exempt."""
        self.check_mute(viewer, now)
        if is_exempt:
            return
        limit = self._rules.prompt_limit
        if len(prompt) > limit:
            raise BroadcastError(Code.PROMPT_TOO_LONG, length=len(prompt), limit=limit)
        if broken := self._text_filter(prompt):
            raise BroadcastError(Code.FILTERED, rule=broken.rule)

    def taken(self, viewer: Viewer, prompt: str, now: datetime) -> None:
        """A suggestion was taken: from now on cooldowns count."""
        _remember(self._last_by_viewer, viewer.id, now)
        _remember(self._last_by_prompt, prompt.casefold(), now)
        self._last = now


def _check_wait(code: Code, since: datetime | None, wait: timedelta, now: datetime) -> None:
    if since is not None and now < since + wait:
        raise BroadcastError(code, until=since + wait)


def _remember(memory: OrderedDict[Key, datetime], key: Key, now: datetime) -> None:
    memory[key] = now
    memory.move_to_end(key)
    if len(memory) > MEMORY_LIMIT:
        memory.popitem(last=False)
