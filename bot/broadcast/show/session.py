"""One broadcast, from the request to its end."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.broadcast.accounts import Account
from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.errors import WorldError, ending_of
from bot.broadcast.floor.floor import Floor
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.interrupted import Interrupted
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Ending, Refusal, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.ports import Ports
from bot.broadcast.relay.relay import Relay
from bot.broadcast.show.achieved import Achieved
from bot.broadcast.show.day import Share
from bot.broadcast.show.forwarding import Forwarder
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import Reason, State

log = logging.getLogger(__name__)


class BroadcastSession:
    """Runs one broadcast: holds its state and its floor, and forwards what is chosen to the world."""

    def __init__(
        self,
        broadcast: Broadcast,
        ports: Ports,
        account: Account,
        arbitration: ArbitrationSettings,
        share: Share,
        opening_picture: Picture | None,
    ) -> None:
        self.broadcast = broadcast
        self.share = share
        self.was_stored = asyncio.Event()
        """Set once it is stored, or cannot be. Shown before that, it would be lost with a crash."""
        self.floor = Floor(broadcast.id, ports, arbitration, self._tell)
        self.relay = Relay(
            broadcast,
            ports,
            account,
            opening_picture=opening_picture,
            changed=self.look_again,
            ends_at=lambda: self.share.ends_at,
        )
        self.achieved = Achieved(broadcast.prompt)
        self.taken_up: list[Ticket] | None = None
        """If it began in an earlier run of the bot, of what waited then."""
        self.cut_off_at: datetime | None = None
        """If it began in an earlier run, the last sign of life of that."""
        self._ports = ports
        self._account = account
        self.is_handed_over = False  # to the next run of the bot
        self.is_elsewhere = False
        """Whether another process goes on with it: here nothing more is shown of it."""
        self.is_deposed = False
        """Whether it has it already: nothing more is stored of it here."""
        self._ending: Ending | None = None
        self._until_ending = asyncio.timeout(None)
        self._is_interruptible = False
        self._view: BroadcastView | None = None

    def restore(self, left: Interrupted) -> None:
        """Stands as an earlier run of the bot left it, to go on from there."""
        self.was_stored.set()
        self.cut_off_at = left.seen_at
        self.taken_up = self.floor.restore(left)
        self.relay.streams.restore(left)
        self.achieved.restore(left)

    @property
    def view(self) -> BroadcastView:
        """What is shown of it: one value for all who draw it, until a change is told."""
        if self._view is None:
            relay, on_air, achieved = self.relay, self.relay.on_air, self.achieved
            self._view = BroadcastView(
                self.broadcast,
                achieved.prompt_in_force,
                achieved.last_applied,
                self.floor.view(),
                is_closing=self.is_closing,
                place_in_pool=relay.place_in_pool,
                streams=on_air.stream.number if on_air else 0,
                coming_back=relay.coming_back,
                ideas=achieved.ideas,
                people=len(achieved.people),
                ends_at=self.ends_at,
                is_last_call=self.share.is_last_call,
                is_unstored=self._ports.outage.is_told,
                is_handed_over=self.is_handed_over,
                picture=on_air.glance if on_air else None,
                spectating=on_air.spectating if on_air else None,
            )
        return self._view

    @property
    def prompt_in_force(self) -> str:
        """As the service words it."""
        return self.achieved.prompt_in_force

    @property
    def last_moment(self) -> LastMoment:
        """How it stands in its world, and leaves it."""
        streams = self.relay.streams
        return LastMoment(streams.opening, tuple(streams.applied), self.floor.mode, streams.last_picture)

    @property
    def is_closing(self) -> bool:
        """Whether the broadcast is over, or about to be: nothing more is taken."""
        return self._ending is not None or self.broadcast.state.is_over

    @property
    def ends_at(self) -> datetime | None:
        """When it is over at the latest, by the wall; None before it is live, or without a limit."""
        ends_at = self.share.ends_at
        return None if ends_at is None else self._ports.clock.date_of(ends_at)

    async def panic(self, moderator: Viewer, safe_prompt: str) -> None:
        """As `Floor.panic`; and a stream that begins before the safe prompt is sent begins with it."""
        await self.was_stored.wait()  # until then there is nothing to stop
        if not self.is_closing:
            self.relay.streams.begin_anew(safe_prompt)
        await self.floor.panic(moderator, safe_prompt)

    def look_again(self) -> None:
        """Something around it is new: it may send now, and is shown as it stands."""
        self.floor.outlet.look_again()
        self._tell()

    def adopt(self) -> None:
        """Goes by the server's rules as they are now, and asks anew what is left of its time."""
        self.share.reconsider()
        self.floor.adopt(self._ports.arbitration_of(self.broadcast.channel.guild_id))

    def end(self, ending: Ending, *, is_handed_over: bool = False) -> None:
        """Asks for the end; the first ending asked for is the one that counts.

        What is handed over ends in this run of the bot alone: the next one goes on with it.
        """
        if self.is_closing:
            return
        self.is_handed_over = self.relay.is_handed_over = is_handed_over
        self._begin_end(ending)
        if not is_handed_over:
            self._ports.journal.note_ending(self.broadcast.id, ending)
        self._tell()
        if self._is_interruptible:
            self._until_ending.reschedule(asyncio.get_running_loop().time())

    def depose(self) -> None:
        """Another process has it already: its streams end at the service, and nothing is stored or told."""
        self.is_deposed = self.is_elsewhere = True
        self.floor.outlet.let_go()
        if self.is_closing:
            self._tell()  # whoever shows it leaves off
        else:
            self.end(Ending(Reason.SHUTDOWN), is_handed_over=True)

    async def run(self) -> None:
        """Takes the broadcast through its life; returns when it is over and all about it is stored.

        Raises what only a bug or a broken journal raises, and then too it has closed what it could.
        """
        try:
            if not self.was_stored.is_set():
                await self._store()
            ending = await self._play()
        except asyncio.CancelledError:
            await self._finish(Ending(Reason.INTERRUPTED))
            raise
        except Exception:
            if self.is_deposed:
                return
            await self._close(Ending(Reason.NOT_STORED if self._ports.outage.is_on else Reason.INTERNAL))
            raise
        await self._finish(ending)

    async def _store(self) -> None:
        journal, handed_in = self._ports.journal, self.relay.streams.handed_in
        try:
            await journal.save_broadcast(self.broadcast)
            if handed_in:
                await journal.save_handed_in(self.broadcast.id, handed_in)
            self.floor.note()
        finally:
            self.was_stored.set()

    async def _play(self) -> Ending:
        """Takes the broadcast on air until the end. Its connections are freed, whatever else has to wait."""
        moving: asyncio.Task[None] | None = None
        async with self.relay as relay:
            try:
                async with self._until_ending:
                    self._is_interruptible = True
                    if self._ending is None:
                        self._begin_end(await self._come_on_air() or await self._carry_on())
            except TimeoutError:
                if not self._until_ending.expired():
                    raise
            except WorldError as error:
                self._begin_end(self._ending or ending_of(error))
            finally:
                self._is_interruptible = False
            assert self._ending is not None  # noqa: S101 - nothing else leaves the scope above
            if not self._ending.reason.is_failure:
                if not self.is_handed_over:
                    moving = asyncio.create_task(self._move(State.ENDING), name=f"end of {self.broadcast.id}")
                if relay.on_air and not relay.on_air.over and not self.is_deposed:
                    await relay.streams.look_at(relay.on_air)
                await relay.streams.end()
        if moving:
            await moving
        return self._ending

    async def _come_on_air(self) -> Ending | None:
        """For the first time, or again after an earlier run; else says why not. Raises `WorldError`."""
        if self.broadcast.state is State.LIVE:
            if ending := await self.relay.go_on():
                return ending
            self.share.begin(self._ports.clock.steady())
            await self._change(self.share.dated(self.broadcast))
        else:
            is_taken_up = self.broadcast.state is State.CONNECTING
            await self.relay.begin(self._connecting, is_taken_up=is_taken_up)
            await self._move(State.LIVE)
            self.achieved.prompt_in_force = self.relay.running.worded
            self._tell()
        return None

    async def _connecting(self) -> None:
        if self.broadcast.state is State.REQUESTED:
            await self._move(State.CONNECTING)

    async def _carry_on(self) -> Ending:
        """Sends what is chosen to the stream on air, whichever that is. Returns why it cannot go on."""
        forwarder = Forwarder(
            self.floor.outlet,
            self.relay,
            self.share,
            self.achieved,
            self._ports,
            tell=self._tell,
            end=self.end,
        )
        async with asyncio.TaskGroup() as tasks:
            forwarding = tasks.create_task(forwarder.run(), name=f"forwarder of {self.broadcast.id}")
            ending = await self.relay.carry_on()
            forwarding.cancel()
        return ending

    async def _finish(self, ending: Ending) -> None:
        if self.is_deposed:
            return
        if self.is_handed_over:
            await self.relay.streams.store_ends(ending)
            await self.floor.outlet.noted()
        else:
            await self._close(ending)

    async def _close(self, ending: Ending) -> None:
        if ending.reason.is_failure:
            ending = replace(ending, reference=ending.reference or self._ports.new_reference())
            noted = {"ref": ending.reference, "code": ending.reason.value}
            log.warning("broadcast %s failed: %s", self.broadcast.id, ending.reason.value, extra=noted)
            log.debug("it was told: %s", ending.detail, extra=noted)  # may quote what viewers wrote
        self._begin_end(ending)
        lost = Refusal.CONNECTION_LOST if ending.reason.is_failure else Refusal.BROADCAST_ENDED
        final = State.FAILED if ending.reason.is_failure else State.ENDED
        failure: Exception | None = None
        steps = [
            partial(self.relay.streams.store_ends, ending),
            partial(self.floor.close, lost=lost),
            partial(self._move, final),
        ]
        for step in reversed(steps) if self._ports.outage.is_on else steps:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - raised below: one failing step must not stop the rest
                failure = failure or error
        if failure and not self.is_deposed:
            if not self.broadcast.state.is_over:
                # What cannot be stored is told all the same: nobody is left before a panel that seems live.
                self.broadcast = self._moved(final)
                self._tell()
            raise failure

    def _begin_end(self, ending: Ending) -> None:
        self._ending = self._account.meant(ending)
        self._view = None
        self.floor.shut()  # what came from now on would never be settled

    async def _move(self, state: State) -> None:
        """The one place that changes the broadcast's state: by the transition table, stored, then told."""
        await self._change(self._moved(state))
        log.info("broadcast %s is %s", self.broadcast.id, state.value)

    async def _change(self, changed: Broadcast) -> None:
        stored = self._ports.journal.save_broadcast(changed)
        # Nobody is left before what seems live.
        is_told_first = changed.state.is_over and self._ports.outage.is_on
        if not is_told_first:
            await stored
        self.broadcast = changed
        self._tell()
        if is_told_first:
            await stored

    def _moved(self, state: State) -> Broadcast:
        """Dated by the wall as it is now: a minute is stored as a minute, though it was set meanwhile.

        An end that has only begun is not: after a crash nobody knows until when time off air was reckoned.
        """
        clock = self._ports.clock
        if state is State.LIVE:
            self.share.begin(clock.steady())
        moved = self.broadcast.moved(state, clock.date_of(clock.steady()), self._ending)
        return moved if state is State.ENDING else self.share.dated(moved)

    def _tell(self) -> None:
        self._view = None
        self._ports.listeners.tell(self.broadcast)
