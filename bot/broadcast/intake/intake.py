"""Whether a suggestion is taken at all: mutes, pauses, cooldowns, repeats and filters of one server."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.broadcast.clock import Clock
from bot.broadcast.errors import (
    BroadcastError,
    CoolingDown,
    Filtered,
    Muted,
    PromptTooLong,
    Repeated,
    SlowMode,
)
from bot.broadcast.intake.prompts import may_have_markup, on_one_line
from bot.broadcast.intake.recent import Recent
from bot.broadcast.model import Suggestion, Viewer

LONGEST_MUTE = timedelta(days=7)
"""What seems to last longer was written while the wall was wrong: no mute lasts for ever."""


class BrokenRule(Protocol):
    """Why a text filter refused a prompt."""

    @property
    def rule(self) -> str: ...

    @property
    def entry(self) -> str | None:
        """The entry of the rule that matched, if it has entries."""


PromptFilter = Callable[[str], BrokenRule | None]


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What limits the taking of suggestions, besides the text filter. A wait of zero switches a rule off."""

    prompt_limit: int
    repeat_window: timedelta
    cooldown: timedelta
    slow_mode: timedelta


@dataclass(frozen=True, slots=True)
class Mute:
    """Somebody may not steer for a while; `until` is the time by the wall."""

    viewer: Viewer
    until: datetime
    by: Viewer


class Intake:
    """One server's gate for suggestions. Cooldowns and repeats go by what each broadcast remembers."""

    def __init__(self, rules: IntakeRules, text_filter: PromptFilter, clock: Clock) -> None:
        self._clock = clock
        self._rules = rules
        self._text_filter = text_filter
        self._mutes: dict[int, tuple[Mute, float]] = {}
        """With the steady moment of each one's end."""

    @property
    def prompt_limit(self) -> int:
        """Characters in a prompt at most."""
        return self._rules.prompt_limit

    def change(self, rules: IntakeRules, text_filter: PromptFilter) -> None:
        """From now on these rules apply; mutes stay."""
        self._rules = rules
        self._text_filter = text_filter

    def mute(self, mute: Mute) -> None:
        """Takes nothing of this viewer for as long as it is until then, whatever the wall does meanwhile."""
        lasts = min(mute.until - self._clock.now(), LONGEST_MUTE)
        self._mutes[mute.viewer.id] = (mute, self._clock.steady() + lasts.total_seconds())

    def replace_mutes(self, mutes: Iterable[Mute]) -> list[Viewer]:
        """These are all mutes that there are. Returns whom they mute anew."""
        stored = {mute.viewer.id: mute for mute in mutes}
        before = {mute.viewer.id for mute in self.mutes()}
        self._mutes = {viewer_id: self._mutes[viewer_id] for viewer_id in self._mutes.keys() & stored.keys()}
        for viewer_id, mute in stored.items():
            known = self._mutes.get(viewer_id)
            if known is None or known[0].until != mute.until:
                self.mute(mute)
        return [mute.viewer for mute in self.mutes() if mute.viewer.id not in before]

    def unmute(self, viewer: Viewer) -> bool:
        """Takes suggestions of this viewer again; False if they were not muted."""
        was_muted = self.muted_until(viewer) is not None
        self._mutes.pop(viewer.id, None)
        return was_muted

    def forget(self, person_id: int, nobody: Viewer) -> None:
        """Forgets what somebody is called. Their own mute lasts: nobody gets rid of it by being forgotten."""
        for viewer_id, (mute, until) in self._mutes.items():
            viewer = Viewer(viewer_id, "") if viewer_id == person_id else mute.viewer
            by = nobody if mute.by.id == person_id else mute.by
            self._mutes[viewer_id] = (Mute(viewer, mute.until, by), until)

    def drop_ended_mutes(self) -> list[int]:
        """Forgets the mutes that have run out; returns whose they were, by their IDs."""
        now = self._clock.steady()
        ended = [viewer_id for viewer_id, (_, until) in self._mutes.items() if until <= now]
        for viewer_id in ended:
            del self._mutes[viewer_id]
        return ended

    def mutes(self) -> list[Mute]:
        """The mutes that last, with their ends as the wall has them now; the one that ends first is first."""
        now = self._clock.steady()
        lasting = [(until, mute) for mute, until in self._mutes.values() if now < until]
        lasting.sort(key=lambda timed: timed[0])
        return [replace(mute, until=self._clock.date_of(until)) for until, mute in lasting]

    def check(
        self,
        viewer: Viewer,
        prompt: str,
        recent: Recent,
        *,
        typed: str = "",
        may_join: bool = False,
        is_exempt: bool,
        revised: Suggestion | None = None,
        at: float | None = None,
    ) -> None:
        """Raises the code of the first rule that a suggestion breaks; exempt people are only held to mutes.

        `may_join`: to say what waits from somebody else is to be for it, and no repetition. Of a suggestion
        that is `revised` these are new words: its author has had to wait for it already. It was said `at`
        that steady moment, or is just now.
        Raises Muted, PromptTooLong, Filtered, Repeated, CoolingDown or SlowMode.
        """
        self.check_words(viewer, prompt, typed=typed, is_exempt=is_exempt)
        if is_exempt:
            return
        rules = self._rules
        at = self._clock.steady() if at is None else at
        if rules.repeat_window:
            but = revised.id if revised else None
            said_at = recent.last_in(prompt, but=but, joining=viewer.id if may_join else None)
            self._check_wait(Repeated, said_at, rules.repeat_window, at)
        if rules.cooldown and not revised:
            self._check_wait(CoolingDown, recent.last_of(viewer.id), rules.cooldown, at)
        if rules.slow_mode and not revised:
            self._check_wait(SlowMode, recent.last(), rules.slow_mode, at)

    def muted_until(self, viewer: Viewer) -> datetime | None:
        """When somebody's mute ends, by the wall; None for who may steer."""
        muted = self._mutes.get(viewer.id)
        return self._clock.date_of(muted[1]) if muted and self._clock.steady() < muted[1] else None

    def check_words(self, viewer: Viewer, prompt: str, *, typed: str = "", is_exempt: bool) -> None:
        """Raises Muted; and PromptTooLong or Filtered, unless the author is exempt.

        The filter sees the prompt, and what was typed, in which there may be mentions and links besides.
        """
        if until := self.muted_until(viewer):
            raise BroadcastError(Muted(until=until))
        if is_exempt:
            return
        limit = self._rules.prompt_limit
        if len(prompt) > limit:
            raise BroadcastError(PromptTooLong(length=len(prompt), limit=limit))
        broken = self._text_filter(prompt)
        if not broken and may_have_markup(typed):
            broken = self._text_filter(on_one_line(typed))
        if broken:
            raise BroadcastError(Filtered(rule=broken.rule))

    def _check_wait(
        self,
        kind: type[Repeated | CoolingDown | SlowMode],
        since: float | None,
        wait: timedelta,
        at: float,
    ) -> None:
        if since is not None and at < (until := since + wait.total_seconds()):
            raise BroadcastError(kind(self._clock.date_of(until)))
