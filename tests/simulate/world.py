"""The model of Odyssey at the domain's ports: connections, each with the stream that runs on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.broadcast.errors import WorldError
from bot.broadcast.model import Ending
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason
from bot.broadcast.world import StartedStream, StreamEvents
from tests.simulate.loop import owner
from tests.simulate.service import Service, Session


class ModelWorlds:
    """The ports `OpenWorld` and `Leave`."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def leave(self, session: str) -> bool:
        """Says goodbye to a session of an earlier run."""
        try:
            await self._service.ask(lambda: self._service.free(session))
        except WorldError:
            return False
        return True

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ModelWorld]:
        """The port `OpenWorld`."""
        run = owner()
        assert run
        service = self._service
        wanted = service.session(run)
        try:
            await service.ask(lambda: service.reserve(wanted))
            yield ModelWorld(service, wanted)
        finally:
            wanted.is_heard = False
            if run.is_alive:  # goodbye, also to one that was reserved for nobody
                service.leave(wanted)
                await asyncio.sleep(service.delay_s())


class ModelWorld:
    """The port `World`: one connection."""

    def __init__(self, service: Service, session: Session) -> None:
        self._service = service
        self._session = session

    @property
    def session(self) -> str | None:
        return self._session.id

    @property
    def starts_from_pictures(self) -> bool:
        return not self._session.is_lost

    async def start(
        self, prompt: str, events: StreamEvents, *, portrait: bool, picture: Picture | None = None
    ) -> StartedStream:
        service, session = self._service, self._session
        stream = await service.ask(
            lambda: service.begin(session, prompt, events, portrait=portrait), session=session
        )
        session.is_heard = True
        if stream.ended_at:  # it ended as it began
            asyncio.get_running_loop().call_soon(events.closed, Ending(Reason.STREAM_ENDED))
        return StartedStream(stream.id, f"{prompt}, softly lit")

    async def shows_portrait(self) -> bool:
        await asyncio.sleep(self._service.delay_s())
        stream = self._session.stream
        if stream is None or stream.ended_at:
            raise WorldError(Reason.STREAM_ENDED)
        if self._service.refuses():
            raise WorldError(Reason.UNREACHABLE)
        return stream.portrait

    async def interact(self, prompt: str) -> str:
        service, session = self._service, self._session
        if session.is_interacting:
            service.faults.append(f"two interactions at once: {prompt}")
        session.is_interacting = True
        try:
            return await service.ask(
                lambda: service.hear(session, prompt), session=session, lost=Reason.UNREACHABLE
            )
        finally:
            session.is_interacting = False

    async def end(self) -> None:
        service, session = self._service, self._session
        session.is_heard = False
        await service.ask(lambda: service.end(session), session=session, lost=Reason.SERVICE_GONE)

    async def latest_picture(self) -> Picture | None:
        await asyncio.sleep(0)
        stream = self._session.stream
        if stream is None or stream.ended_at:
            raise WorldError(Reason.SERVICE_GONE)
        return Picture(f"{stream.id} {len(stream.took)}".encode(), stream.portrait)
