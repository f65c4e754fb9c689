"""The one forwarder of a broadcast: a suggestion leaves only when the one before it is settled."""

from collections.abc import Callable

from bot.broadcast.arbitration.policy import Choice
from bot.broadcast.errors import WorldError, ending_of, refusal_of
from bot.broadcast.floor.outlet import Outlet
from bot.broadcast.model import Ending, Refusal
from bot.broadcast.ports import Ports
from bot.broadcast.relay.relay import Relay
from bot.broadcast.relay.run import StreamRun
from bot.broadcast.show.achieved import Achieved
from bot.broadcast.show.day import Share


class Forwarder:
    """Sends what an outlet gives out to the stream on air, whichever that is. `end` is asked for the end."""

    def __init__(
        self,
        outlet: Outlet,
        relay: Relay,
        share: Share,
        achieved: Achieved,
        ports: Ports,
        *,
        tell: Callable[[], None],
        end: Callable[[Ending], None],
    ) -> None:
        self._outlet = outlet
        self._relay = relay
        self._share = share
        self._achieved = achieved
        self._clock, self._outage = ports.clock, ports.outage
        self._tell = tell
        self._end = end

    async def run(self) -> None:
        """Goes on until it is cancelled, or has asked for the end. Raises what the journal raises."""
        outlet, relay, share, outage = self._outlet, self._relay, self._share, self._outage

        def until() -> float | None:
            return share.due_at

        def onto() -> str | None:
            return relay.running.stream.id if relay.is_open and not outage.is_on else None

        while True:
            choice = await outlet.next_choice(until=until, onto=onto)
            if choice is None:
                if reason := await share.renew():
                    self._end(Ending(reason))
                self._tell()
                if reason:
                    return
                continue
            async with relay.turn:
                await self._send(choice, relay.running)

    async def _send(self, choice: Choice, run: StreamRun) -> None:
        clock, outlet = self._clock, self._outlet
        sent = outlet.sent(choice, run.stream.id)
        prompt = choice.suggestion.prompt
        if not choice.begins_anew:  # a panic waits for no disk
            await outlet.noted()
        if not outlet.may_leave(choice):
            await outlet.settled([suggestion.refused(Refusal.PANIC, clock.now()) for suggestion in sent])
            return
        try:
            applied = await run.world.interact(prompt) or prompt
        except WorldError as error:
            refusal = refusal_of(error)
            if refusal is None:
                run.break_off(ending_of(error))
                if outlet.take_back(choice, sent):
                    return
                refusal = Refusal.CONNECTION_LOST
            settled = [suggestion.refused(refusal, clock.now(), error.detail) for suggestion in sent]
        else:
            settled = [suggestion.acknowledged(applied, clock.now()) for suggestion in sent]
            self._relay.streams.took(applied, begins_anew=choice.begins_anew)
            self._achieved.took(applied, settled)
        await outlet.settled(settled)
