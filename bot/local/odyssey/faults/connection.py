"""A connection that fails as scripted."""

import asyncio
import socket as sockets
import struct
from collections.abc import Coroutine
from typing import Any

from aiohttp import web

from bot.local.odyssey.connection import Connection, StreamRefusedError
from bot.local.odyssey.faults.script import TIMED, Fault, FaultScript
from bot.local.odyssey.settings import StandinSettings
from bot.local.odyssey.stream import LiveStream
from bot.local.odyssey.studio import Studio

GARBAGE = (
    "{",
    "",
    "null",
    "[]",
    "7",
    '"stream_started"',
    '{"type": null}',
    '{"type": 5}',
    '{"type": "unheard_of", "x": [1, {"y": null}]}',
    '{"no": "type"}',
    '{"type": "stream_started"}',
    '{"type": "stream_started", "stream_id": 7}',
    '{"type": "update_acknowledged"}',
    '{"type": "broadcast_ready", "webrtc_url": null}',
    '{"type": "interactive_stream_error"}',
    '{"type": "interactive_stream_error", "reason": {}, "message": []}',
    '{"type": "answer", "sdp": "nonsense"}',
    '{"type": "ice_candidate", "candidate": 7}',
    '{"type": "ice_candidate", "candidate": "candidate:x", "sdpMid": "0", "sdpMLineIndex": 0}',
    "\u0000\uffff",
    "x" * 15_000,
)


class FaultyConnection(Connection):
    """As a connection, but with what was armed happening to it."""

    def __init__(
        self,
        studio: Studio,
        settings: StandinSettings,
        origin: str,
        script: FaultScript,
        request: web.Request,
        socket: web.WebSocketResponse,
    ) -> None:
        super().__init__(studio, settings, origin)
        self._script = script
        self._request = request
        self._socket = socket
        self._timers: list[asyncio.TimerHandle] = []
        self._striking: set[asyncio.Task[None]] = set()
        self._peer_is_gone = False
        self._schedule(self._taken("connection"))

    async def offer(self) -> str | None:
        """No offer, if that was armed."""
        offer = await super().offer()
        return None if self._script.strike("no_offer") is not None else offer

    async def close(self, reason: str) -> None:
        """Close, and let nothing strike any more."""
        for timer in self._timers:
            timer.cancel()
        for task in self._striking:
            task.cancel()
        await super().close(reason)

    async def _start(self, command: dict[str, Any]) -> None:
        if self._script.strike("start_unanswered") is not None:
            return
        await self._delay_or_refuse("start")
        self._refuse_what_it_says(command)
        if self._script.strike("start_after_others") is not None:
            await self._studio.quiet()
        if self._script.strike("start_turned") is not None:
            command = {**command, "portrait": not command.get("portrait", True)}
        await super()._start(command)
        if (stream := self._stream) is not None:
            self._schedule(self._taken("stream"))
            later = self._taken("frame")  # what is armed after the start strikes another stream
            self._strike_later(self._after_first_frame(stream, later), "first frame")

    async def _update(self, command: dict[str, Any]) -> None:
        if self._script.strike("update_unanswered") is not None:
            return
        await self._delay_or_refuse("update")
        await super()._update(command)

    async def _end(self) -> None:
        if self._script.strike("end_unanswered") is None:
            await super()._end()

    def _announce_broadcast(self, stream: LiveStream) -> None:
        if self._script.strike("broadcast_unready") is None:
            super()._announce_broadcast(stream)

    def _on_peer_state(self, state: str) -> None:
        if not self._peer_is_gone:
            super()._on_peer_state(state)

    async def _delay_or_refuse(self, command: str) -> None:
        if (late := self._script.strike(f"{command}_late")) is not None:
            await asyncio.sleep(late["delay_s"])
        if (error := self._script.strike(f"{command}_error")) is not None:
            raise StreamRefusedError(error["reason"], error["message"])

    def _refuse_what_it_says(self, command: dict[str, Any]) -> None:
        error = self._script.strike("image_refused") if command.get("input_image_base64") else None
        error = error or self._script.strike_saying("prompt_refused", str(command.get("prompt")))
        if error is not None:
            raise StreamRefusedError(error["reason"], error["message"])

    async def _after_first_frame(self, stream: LiveStream, faults: list[Fault]) -> None:
        await stream.first_frame.wait()
        self._schedule(faults)

    def _taken(self, since: str) -> list[Fault]:
        """Every timed fault that is counted from this moment."""
        taken: list[Fault] = []
        for name in sorted(TIMED):
            while (fault := self._script.strike(name, since=since)) is not None:
                taken.append(fault)
                if fault.times is None:
                    break  # it is armed for ever, but strikes each connection once
        return taken

    def _schedule(self, faults: list[Fault]) -> None:
        loop = asyncio.get_running_loop()
        for fault in faults:
            self._timers.append(loop.call_later(fault["after_s"], self._begin, fault))

    def _begin(self, fault: Fault) -> None:
        self._strike_later(self._strike(fault), fault.name)

    def _strike_later(self, striking: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(striking, name=f"fault {name}")
        self._striking.add(task)
        task.add_done_callback(self._striking.discard)

    async def _strike(self, fault: Fault) -> None:
        match fault.name:
            case "stream_error":
                self._refuse(StreamRefusedError(fault["reason"], fault["message"]))
                if fault["ends"]:
                    await self._end_stream(fault["reason"])
            case "stream_end":
                await self._end_stream("scripted")
                self._send("stream_ended")
            case "model_breaks":
                await self._end_stream("model_error")
                self._on_stream_broken()
            case "signalling_error":
                await self._socket.send_json({"type": "error", "reason": fault["reason"]})
            case "websocket_dropped":
                self._drop(reset=False)
            case "websocket_reset":
                self._drop(reset=True)
            case "websocket_closed":
                await self._socket.close(code=fault["code"])
            case "peer_gone":
                self._peer_is_gone = True
                await self.peer.close()
            case "udp_silent":
                self.peer.fall_silent()
            case "video_frozen":
                if self._stream is not None:
                    self._stream.feed.detach(self.peer.track)
            case "garbage":
                for text in GARBAGE:
                    self._to_client.send_raw(text)
                    await self._socket.send_str(text)
                self._to_client.send_raw(b"\x00\xff\xfe")
                await self._socket.send_bytes(b"\x00\xff\xfe")

    def _drop(self, *, reset: bool) -> None:
        transport = self._request.transport
        if transport is None:
            return
        if reset:
            linger_never = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, linger_never)
        transport.abort()
