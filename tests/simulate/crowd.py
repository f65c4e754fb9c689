"""People on an evening: they start, suggest, vote, change their minds, moderate and end."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError
from bot.broadcast.intake.intake import Mute
from bot.broadcast.model import Broadcast, Channel, Origin, Outcome, Refusal, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.rights import Person, Pictures
from bot.broadcast.show.session import BroadcastSession
from tests.simulate.app import App

PEOPLE = 6
MODERATOR = Viewer(100, "Mod")
CHANNELS = tuple(Channel(guild_id=1 + number // 2, id=10 + number) for number in range(4))
WEIGHTS = {
    "start": 2, "again": 1, "suggest": 30, "vote": 8, "revise": 3, "withdraw": 3, "approve": 4, "refuse": 1,
    "mute": 1, "leave": 1, "mode": 2, "motion": 2, "pause": 1, "resume": 2, "panic": 1, "end": 1, "chat": 6,
}  # fmt: skip
_THINGS = ("fox", "whale", "lantern", "train", "tower", "river", "moon", "garden", "robot", "ship")
_DEEDS = ("runs", "sings", "sleeps", "shines", "turns", "melts", "grows", "waits", "burns", "flies")


@dataclass(eq=False)
class Idea:
    """A suggestion that was taken: its author has a ticket."""

    suggestion: Suggestion
    run: int
    words: list[str]
    told: list[Suggestion] = field(default_factory=list)
    """What its author heard became of it."""


class Crowd:
    """`do` has something done in the run that is up, as an event of Discord's would."""

    def __init__(
        self, luck: random.Random, do: Callable[[Coroutine[Any, Any, None], str], None], pause_s: float
    ) -> None:
        self.ideas: dict[str, Idea] = {}
        self.used: Counter[str] = Counter()
        """How often a prompt was said, whatever became of it."""
        self.unmarked: set[int] = set()
        """Messages that bear no mark, since too many were to be put at that time."""
        self.started: list[Broadcast] = []
        self.faults: list[str] = []
        self._random = luck
        self._do = do
        self._pause_s = pause_s

    async def come(self, app_now: Callable[[], tuple[App, int] | None], until: float) -> None:
        """One thing after the other, until that moment of the loop's time."""
        what, weights = list(WEIGHTS), list(WEIGHTS.values())
        loop, luck = asyncio.get_running_loop(), self._random
        while loop.time() < until:
            await asyncio.sleep(luck.expovariate(1 / self._pause_s))
            chosen = luck.choices(what, weights)[0]
            channel = luck.choice(CHANNELS)
            viewer = Viewer(luck.randrange(PEOPLE), "Viewer")
            if up := app_now():
                app, run = up
                running = app.broadcasts.running
                if not running and luck.random() < 0.4:
                    chosen = "start"
                if running and chosen not in ("start", "again", "chat") and luck.random() < 0.9:
                    channel = luck.choice(running).broadcast.channel
                self._do(self._act(app, run, chosen, channel, viewer), chosen)

    async def _act(self, app: App, run: int, chosen: str, channel: Channel, viewer: Viewer) -> None:
        luck = self._random
        try:
            if chosen == "start":
                await self._start(app, channel, viewer)
            elif chosen == "again" and self.started:
                over = luck.choice(self.started)
                await app.broadcasts.start_again(over, by=person(viewer))
            elif chosen == "chat":
                app.somebody_says(channel.id)
            elif chosen == "suggest":
                await self._suggest(app, run, channel, viewer)
            elif app.broadcasts.is_running_in(channel):
                await self._steer(app, app.broadcasts.in_channel(channel), chosen, viewer)
        except BroadcastError:
            return  # refused: told, and nowhere in the books

    async def _start(self, app: App, channel: Channel, viewer: Viewer) -> None:
        luck = self._random
        mode = luck.choice((None, None, None, *Mode))
        picture = Picture(b"handed in", portrait=False) if luck.random() < 0.1 else None
        session = await app.broadcasts.start(
            channel,
            self._prompt(),
            by=person(MODERATOR if mode else viewer),
            portrait=luck.random() < 0.3,
            picture=picture,
            length=timedelta(seconds=luck.choice((60, 180, 400))),
            mode=mode,
        )
        self.started.append(session.broadcast)

    async def _suggest(self, app: App, run: int, channel: Channel, viewer: Viewer) -> None:
        prompt = self._prompt(joins=0.15)
        message = app.somebody_says(channel.id) if self._random.random() < 0.6 else None
        origin = (
            Origin(channel.id, message.id, is_marked=True)
            if message
            else Origin(channel.id, interaction_id=self._random.getrandbits(60))
        )
        if message:
            app.cogs.word_back.hear(cast("Any", message))
        ticket = await app.broadcasts.suggest(channel, prompt, by=person(viewer), origin=origin)
        idea = self.ideas[ticket.suggestion.id] = Idea(ticket.suggestion, run, [prompt])
        if message:
            said: Any = message
            await app.cogs.word_back.taken(said, ticket, crowd=1)
            if message.id in app.cogs.word_back._one_of_many:
                self.unmarked.add(message.id)
        idea.told.append(await asyncio.shield(ticket.settled))

    async def _steer(self, app: App, session: BroadcastSession, chosen: str, viewer: Viewer) -> None:
        floor, luck, mod = session.floor, self._random, person(MODERATOR)
        guild_id = session.broadcast.channel.guild_id
        waiting = [*floor.pending, *(each.choice.suggestion for each in floor.standing.candidates)]
        one = luck.choice(waiting) if waiting else None
        match chosen:
            case "vote" if one:
                floor.vote(viewer, one.id)
            case "revise" if one:
                prompt = self._prompt()
                is_revised = await app.broadcasts.revise(session, one, prompt, by=person(one.viewer))
                if is_revised and (idea := self.ideas.get(one.id)):
                    idea.words.append(prompt)
            case "withdraw" if one:
                await floor.refuse(one.id, Refusal.WITHDRAWN)
            case "approve" if one:
                await app.deeds.approve(session, one.id, by=mod)
            case "refuse" if one:
                await app.deeds.refuse(session, one.id, by=mod)
            case "mute":
                until = app.clock.now() + timedelta(seconds=luck.uniform(5, 60))
                app.intake_of(guild_id).mute(Mute(viewer, until, MODERATOR))
                await floor.refuse_all_of(viewer, Refusal.MUTED)
            case "leave":
                await app.broadcasts.withdraw_all_of(guild_id, viewer.id)
            case "mode":
                await app.deeds.choose_mode(session, luck.choice(list(Mode)), by=mod)
            case "motion":
                await app.deeds.call_vote(session, luck.choice(list(Mode)), by=mod)
                floor.vote_on_mode(viewer, is_for=luck.random() < 0.7)
            case "pause" | "resume":
                await app.deeds.pause(session, paused=chosen == "pause", by=mod)
            case "panic":
                await app.deeds.panic(session, by=mod)
            case "end":
                await app.deeds.end(session, by=mod)

    def _prompt(self, joins: float = 0.0) -> str:
        luck = self._random
        said = f"{luck.choice(_THINGS)} {luck.randrange(10**6)} {luck.choice(_DEEDS)}"
        if self.used and luck.random() < joins:
            said = luck.choice(list(self.used))
        self.used[said] += 1
        return said


def person(viewer: Viewer) -> Person:
    """Somebody who may start; the moderator may do everything."""
    rules = viewer is MODERATOR
    return Person(
        viewer,
        views_channel=True,
        has_starter_role=True,
        pictures=Pictures.EVERYONE,
        manages_channel=rules,
        manages_server=rules,
        outranks_other=rules,
    )


def is_settled(suggestion: Suggestion) -> bool:
    return suggestion.outcome in (Outcome.ACKNOWLEDGED, Outcome.REFUSED)
