"""All broadcasts: at most one in a channel."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Self

from bot.broadcast import rights
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.clock import moment_of
from bot.broadcast.errors import (
    AlreadyRunning,
    BroadcastError,
    Code,
    NoAccount,
    TooManyBroadcasts,
)
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.intake.prompts import clean_prompt
from bot.broadcast.interrupted import Interrupted
from bot.broadcast.model import Broadcast, Channel, Origin, Refusal, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.ports import Ports
from bot.broadcast.relay.retelling import as_it_stands
from bot.broadcast.rights import Deed, Person
from bot.broadcast.sharding import Shard
from bot.broadcast.show.day import Days, Share, length_of
from bot.broadcast.show.handing_over import pass_on, stop
from bot.broadcast.show.last_moments import LastMoments
from bot.broadcast.show.resuming import CutOff, leave, settle
from bot.broadcast.show.running import Running
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.taking import taken
from bot.broadcast.states import Reason
from bot.broadcast.telling.listeners import Listeners

log = logging.getLogger(__name__)
CLOSING_TIMEOUT_S = 20.0
"""How long what runs may take to stop in order, if nobody says otherwise."""


class Broadcasts(Running):
    """Starts, finds and ends broadcasts. An async context manager: leaving it ends or hands over all."""

    def __init__(self, ports: Ports, *, hands_over: bool = False) -> None:
        super().__init__()
        self._ports = ports
        self._tasks = asyncio.TaskGroup()
        self._days = Days(ports.history, ports.budget_of, ports.clock)
        self.last_moments = LastMoments(ports.journal, ports.history, ports.clock)
        self._plays: dict[asyncio.Task[None], BroadcastSession] = {}
        self._goodbyes: set[asyncio.Task[None]] = set()
        self._elsewhere: set[Shard] = set()
        """Whose servers' broadcasts another process has."""
        self._is_closing = False
        self.hands_over = hands_over
        """Whether they are, at the end."""
        self.are_running = asyncio.Event()
        """Set while there are any."""
        self.taken_up = Listeners[BroadcastSession]()
        """Told of each that was begun in an earlier run, or another process, and goes on here."""

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
        for goodbye in self._goodbyes:
            goodbye.cancel()
        # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
        await self._tasks.__aexit__(None, None, None)

    async def start(
        self,
        channel: Channel,
        prompt: str,
        *,
        by: Person,
        portrait: bool,
        picture: Picture | None = None,
        length: timedelta | None = None,
        mode: Mode | None = None,
    ) -> BroadcastSession:
        """Begins a broadcast and returns: how it goes on, the listeners are told.

        `by` is its host, as they stand in the channel. Its first stream starts from the picture, if they hand
        one in; `length` and `mode` are the server's if none are named. Raises what `rights.check` raises,
        MODE_IS_SET, EMPTY_PROMPT, PromptTooLong, Filtered, NoAccount, BroadcastTooLong, AlreadyRunning,
        TooManyBroadcasts, DayIsUsedUp or SHUTTING_DOWN.
        """
        rights.check(Deed.START_FROM_PICTURE if picture else Deed.START, by)
        usual_mode = self._ports.arbitration_of(channel.guild_id).mode
        if mode not in (None, usual_mode) and not rights.may(Deed.CHOOSE_MODE, by):
            raise BroadcastError(Code.MODE_IS_SET)
        await self._put_away(channel)
        return await self._begin(
            channel, prompt, by=by, portrait=portrait, picture=picture, length=length, mode=mode
        )

    async def start_again(self, over: Broadcast, *, by: Person) -> BroadcastSession:
        """Begins another round: from a broadcast's last picture, in its world as that stood, as it was set.

        As far as all that is known still, and allowed; who may start need not choose the mode anew. Raises
        what `start` raises.
        """
        rights.check(Deed.START, by)
        await self._put_away(over.channel)
        moment = await self.last_moments.of(over)
        longest = self._ports.budget_of(over.channel.guild_id).longest
        prompt_limit = self._ports.intake_of(over.channel.guild_id).prompt_limit
        return await self._begin(
            over.channel,
            as_it_stands(moment.opening, moment.applied, prompt_limit),
            by=by,
            portrait=over.portrait,
            seed=moment.picture,
            length=min(over.length, longest) if over.length else None,
            mode=moment.mode,
        )

    async def resume(
        self, left: Sequence[Interrupted], cut_off: Sequence[CutOff], *, of: Shard | None = None
    ) -> None:
        """Goes on with what an earlier run of the bot left, in that order; nobody's rights are asked anew.

        That is all that there is; or what there is in the servers of a shard, from then on in this process.
        Meanwhile the connections that were cut off are left. Raises what the journal raises.
        """
        await settle(left, self._ports)
        goodbye = self._tasks.create_task(leave(cut_off, self._ports), name="goodbyes")
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)
        if of:
            self._elsewhere.discard(of)
        for each in left:
            session = self._session(each.broadcast, each.mode, await self._days.take_up(each))
            session.restore(each)
            self._run(session)
            self.taken_up.tell(session)
            log.info("broadcast %s goes on: the bot was cut off", each.broadcast.id)

    async def let_go(self, of: Shard, *, within_s: float = CLOSING_TIMEOUT_S, is_lost: bool = False) -> None:
        """What runs in the servers of a shard goes on in another process; until then none begins there.

        Returns when its streams have ended and their ends are stored, and cuts off what takes too long. If
        they are lost, another process may have them already: then nothing is waited for.
        """
        self._elsewhere.add(of)
        theirs = {
            task: session
            for task, session in self._plays.items()
            if of.has(session.broadcast.channel.guild_id)
        }
        await pass_on(theirs, within_s=within_s, is_lost=is_lost)

    def depose(self, broadcast_id: str) -> None:
        """Another process has a broadcast by now: here its place is free at once, and its streams end."""
        if session := self.find(broadcast_id):
            del self._by_channel[session.broadcast.channel.id]
            session.depose()

    async def suggest(
        self,
        channel: Channel,
        prompt: str,
        *,
        by: Person,
        origin: Origin | None = None,
        said_at: datetime | None = None,
    ) -> Ticket:
        """Puts a suggestion in line: one that was said just now, or then, when nobody heard it.

        Raises NOT_RUNNING, SHUTTING_DOWN, EMPTY_PROMPT, and what `rights.check`, `Intake.check` and
        `Floor.suggest` raise.
        """
        rights.check(Deed.SUGGEST, by)
        session = self.in_channel(channel)
        await session.was_stored.wait()  # what belongs to a broadcast cannot be stored before it
        if self._is_closing:
            raise BroadcastError(Code.SHUTTING_DOWN)
        at = moment_of(said_at, self._ports.clock) if said_at else None
        clean = taken(session, self._ports, prompt, by, at=at)
        return await session.floor.suggest(by.viewer, clean, origin, said_at=at)

    async def revise(
        self, session: BroadcastSession, suggestion: Suggestion, prompt: str, *, by: Person
    ) -> bool:
        """Gives a waiting suggestion a new prompt; it keeps its place. False if it waits no more.

        Raises EMPTY_PROMPT and what `rights.check` and `Intake.check` raise: an edit is no way round them.
        """
        rights.check(Deed.SUGGEST, by)
        clean = taken(session, self._ports, prompt, by, revised=suggestion)
        return await session.floor.revise(suggestion.id, clean)

    async def withdraw_all_of(self, guild_id: int, viewer_id: int) -> None:
        """Somebody left a server: what they have in line there is withdrawn, and so are their votes."""
        gone = Viewer(viewer_id, name="")  # by the ID alone
        floors = (each.floor for each in self.in_guild(guild_id))
        await asyncio.gather(*(floor.refuse_all_of(gone, Refusal.WITHDRAWN) for floor in floors))

    async def close(self, *, within_s: float = CLOSING_TIMEOUT_S) -> None:
        """Takes no more, has all broadcasts stop in order, and cuts off what takes too long."""
        self._is_closing = True
        await stop(self._plays, within_s=within_s, hands_over=self.hands_over)

    async def _begin(
        self,
        channel: Channel,
        prompt: str,
        *,
        by: Person,
        portrait: bool,
        picture: Picture | None = None,
        seed: Picture | None = None,
        length: timedelta | None,
        mode: Mode | None,
    ) -> BroadcastSession:
        """The same for who may; the first stream starts from the seed only if it can."""
        opening = clean_prompt(prompt)
        intake = self._ports.intake_of(channel.guild_id)
        intake.check_words(by.viewer, opening, typed=prompt, is_exempt=rights.may(Deed.BYPASS, by))
        if trouble := self._ports.accounts.of_guild(channel.guild_id).trouble:
            raise BroadcastError(NoAccount(trouble))
        self._check_place(channel)
        length = length_of(self._ports.budget_of(channel.guild_id), length)
        share = await self._days.claim(channel.guild_id, self._ports.new_id(), length)
        try:
            self._check_place(channel)  # somebody else may have started meanwhile
        except BroadcastError:
            self._days.give_back(share)
            raise
        broadcast = Broadcast(
            id=share.broadcast_id,
            channel=channel,
            host=by.viewer,
            prompt=opening,
            portrait=portrait,
            requested_at=self._ports.clock.now(),
            length=length,
        )
        session = self._session(broadcast, mode, share, picture)
        if seed:
            session.relay.streams.seed = seed
        self._run(session)
        return session

    def _session(
        self, broadcast: Broadcast, mode: Mode | None, share: Share, picture: Picture | None = None
    ) -> BroadcastSession:
        arbitration = self._ports.arbitration_of(broadcast.channel.guild_id)
        arbitration = replace(arbitration, mode=mode or arbitration.mode)
        account = self._ports.accounts.of_guild(broadcast.channel.guild_id)
        return BroadcastSession(broadcast, self._ports, account, arbitration, share, picture)

    def _run(self, session: BroadcastSession) -> None:
        self._by_channel[session.broadcast.channel.id] = session
        self.are_running.set()
        task = self._tasks.create_task(self._play(session), name=f"broadcast {session.broadcast.id}")
        self._plays[task] = session
        task.add_done_callback(self._plays.pop)

    async def _put_away(self, channel: Channel) -> None:
        """Returns when what is over has left the channel: its end is told before all of it is stored."""
        leaving = [
            task
            for task, session in self._plays.items()
            if session.broadcast.channel == channel and session.broadcast.state.is_over
        ]
        if leaving:
            await asyncio.wait(leaving)

    def _check_place(self, channel: Channel) -> None:
        """Raises SHUTTING_DOWN, AlreadyRunning or TooManyBroadcasts."""
        if self._is_closing or any(shard.has(channel.guild_id) for shard in self._elsewhere):
            raise BroadcastError(Code.SHUTTING_DOWN)
        if running := self._by_channel.get(channel.id):
            raise BroadcastError(AlreadyRunning(host=running.broadcast.host))
        at_once = self._ports.budget_of(channel.guild_id).at_once
        if len(self.in_guild(channel.guild_id)) >= at_once:
            raise BroadcastError(TooManyBroadcasts(limit=at_once))

    async def _play(self, session: BroadcastSession) -> None:
        broadcast = session.broadcast
        try:
            await session.run()
        except Exception:  # the boundary of one broadcast: what broke in it must not reach the others
            ending = session.broadcast.ending
            reference = (ending and ending.reference) or self._ports.new_reference()
            is_foreseen = ending is not None and ending.reason is Reason.NOT_STORED
            log.error("broadcast %s broke", broadcast.id, exc_info=not is_foreseen, extra={"ref": reference})
        finally:
            if session.is_deposed:
                self.last_moments.leave(broadcast.id)
            else:
                its = session.last_moment
                await self.last_moments.keep(broadcast.id, its, is_elsewhere=session.is_elsewhere)
            if self._by_channel.get(broadcast.channel.id) is session:
                del self._by_channel[broadcast.channel.id]
            self._days.give_back(session.share)
            if not self._by_channel:
                self.are_running.clear()
