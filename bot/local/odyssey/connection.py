"""One client's connection: its peer, its data channels, its commands, its limits, and at most one stream."""

import asyncio
import json
import logging
from typing import Any

from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.rtc.peer import Outbox, Peer
from bot.local.odyssey.settings import FIRST_ACCOUNT, StandinSettings
from bot.local.odyssey.stream import LiveStream
from bot.local.odyssey.studio import Studio
from bot.local.odyssey.world.description import describe
from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.opening import OpeningError

logger = logging.getLogger(__name__)

PROMPT_LIMIT_CHARS = 8_000
COMMAND_QUEUE_LIMIT = 64
BROADCAST_READY_DELAY_S = 5 / FRAME_RATE  # "some frames after the start"

START, UPDATE, END = "interactive_stream_start", "update", "interactive_stream_end"


class StreamRefusedError(Exception):
    """Answered with `interactive_stream_error`; the connection goes on."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Connection:
    """Obeys one client until a limit is reached or it is closed.

    `origin` is the service's address as this client wrote it.
    """

    def __init__(self, studio: Studio, settings: StandinSettings, origin: str) -> None:
        self._studio = studio
        self._settings = settings
        self.account = FIRST_ACCOUNT
        self._origin = origin
        self.peer = Peer(loopback=settings.is_loopback)
        self._to_streamer = self.peer.create_channel("clientToStreamer")
        self._to_client = Outbox(self.peer.create_channel("streamerToClient"))
        self._to_streamer.on("message", self.receive)
        self.peer.on_state(self._on_peer_state)
        self.peer.on_keyframe_request(self._on_keyframe_request)
        self._commands: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()  # None: hang up
        self._stream: LiveStream | None = None
        self._broadcast_timer: asyncio.TimerHandle | None = None
        now = asyncio.get_running_loop().time()
        self._opened_at_s = now
        self._idle_since_s = now

    def receive(self, text: str | bytes) -> None:
        """Take a message from the data channel. Never raises, whatever it says."""
        try:
            command = json.loads(text)
        except (ValueError, RecursionError):
            self._refuse(StreamRefusedError("invalid_message", "The message is not valid JSON."))
            return
        if not isinstance(command, dict):
            self._refuse(StreamRefusedError("invalid_message", "The message must be a JSON object."))
            return
        self.submit(command)

    def submit(self, command: dict[str, Any]) -> None:
        """Queue a command; commands are obeyed one after the other."""
        if self._commands.qsize() >= COMMAND_QUEUE_LIMIT:
            self._refuse(StreamRefusedError("rate_limited", "Too many messages at once."))
        else:
            self._commands.put_nowait(command)

    async def obey(self) -> str | None:
        """Obey commands until the connection must end. Returns the signalling error to report, if any."""
        while True:
            try:
                command = await self._next_command()
            except TimeoutError:
                if self._is_connection_over():
                    await self._end_stream("duration_limit_reached")
                    return "duration_limit_reached"
                if self._stream is not None:
                    self._refuse(StreamRefusedError("session_timeout", "Stream ended: credit lease expired"))
                    await self._end_stream("session_timeout")
                    await self._to_client.drain()
                return None
            if command is None:
                await self._to_client.drain()
                return None
            try:
                await self._obey(command)
            except StreamRefusedError as refusal:
                self._refuse(refusal)

    async def offer(self) -> str | None:
        """The SDP offer to send to the client."""
        return await self.peer.offer()

    async def close(self, reason: str) -> None:
        """End the stream, if one runs, and close the peer."""
        try:
            await self._end_stream(reason)
        finally:
            await self.peer.close()

    async def _next_command(self) -> dict[str, Any] | None:
        """The next command; raises TimeoutError when a limit is reached first, however many are waiting."""
        deadline = self._deadline()
        if asyncio.get_running_loop().time() >= deadline:
            raise TimeoutError
        async with asyncio.timeout_at(deadline):
            return await self._commands.get()

    async def _obey(self, command: dict[str, Any]) -> None:
        kind = command.get("type")
        if kind == START:
            await self._start(command)
        elif kind == UPDATE:
            await self._update(command)
        elif kind == END:
            await self._end()
        else:
            logger.info("ignored a message of unknown type")

    async def _start(self, command: dict[str, Any]) -> None:
        if self._stream is not None:
            raise StreamRefusedError(
                "stream_already_active", "A stream is already running on this connection."
            )
        prompt = _prompt_of(command)
        portrait = bool(command.get("portrait", True))
        broadcast = command.get("broadcast") is True
        image = _image_of(command)
        if image is not None and not self._settings.image_to_video:
            raise StreamRefusedError("image_not_supported", "This streamer cannot start from an image.")
        try:
            self._stream = stream = await self._studio.open(
                imagine(prompt), portrait=portrait, broadcast=broadcast, image=image, account=self.account
            )
        except OpeningError as error:
            raise StreamRefusedError("invalid_image", str(error)) from error
        applied_prompt = prompt if command.get("bypass_vlm_expansion") is True else describe(stream.scene)
        stream.feed.attach(self.peer.track)
        stream.start(
            self._on_stream_broken,
            prompt=prompt,
            applied_prompt=applied_prompt,
            portrait=portrait,
            width=stream.recording.width,
            height=stream.recording.height,
            broadcast=broadcast,
            has_image=image is not None,
        )
        self._send("stream_started", stream_id=stream.stream_id, applied_prompt=applied_prompt)
        if broadcast:
            loop = asyncio.get_running_loop()
            self._broadcast_timer = loop.call_later(BROADCAST_READY_DELAY_S, self._announce_broadcast, stream)

    async def _update(self, command: dict[str, Any]) -> None:
        if self._stream is None:
            raise StreamRefusedError("no_active_stream", "There is no stream to change.")
        prompt = _prompt_of(command)
        if not prompt.strip():
            raise StreamRefusedError("invalid_prompt", "The prompt is empty.")
        scene = imagine(prompt, self._stream.scene)
        self._stream.change(scene, prompt, describe(scene))
        self._send("update_acknowledged", prompt=prompt)

    async def _end(self) -> None:
        if self._stream is None:
            raise StreamRefusedError("no_active_stream", "There is no stream to end.")
        await self._end_stream("ended_by_client")
        self._send("stream_ended")

    async def _end_stream(self, reason: str) -> None:
        stream, self._stream = self._stream, None
        if self._broadcast_timer is not None:
            self._broadcast_timer.cancel()
        if stream is not None:
            stream.feed.detach(self.peer.track)
            self._idle_since_s = asyncio.get_running_loop().time()
            await stream.end(reason)

    def _announce_broadcast(self, stream: LiveStream) -> None:
        token = self._studio.open_to_spectators(stream)
        url = f"{self._origin}/broadcasts/{stream.stream_id}"
        self._send(
            "broadcast_ready",
            broadcast_url=f"{url}/hls/index.m3u8?token={token}",
            webrtc_url=url,
            spectator_token=token,
        )

    def _deadline(self) -> float:
        """When the next limit is reached, in the event loop's time."""
        connection_over = self._opened_at_s + self._settings.connection_limit_s
        if self._stream is not None:
            return min(connection_over, self._stream.started_at_s + self._settings.stream_limit_s)
        return min(connection_over, self._idle_since_s + self._settings.idle_limit_s)

    def _is_connection_over(self) -> bool:
        age_s = asyncio.get_running_loop().time() - self._opened_at_s
        return age_s >= self._settings.connection_limit_s

    def _on_peer_state(self, state: str) -> None:
        logger.info("peer connection %s", state)
        if state in ("failed", "closed"):
            self._hang_up()

    def _on_stream_broken(self) -> None:
        self._refuse(StreamRefusedError("model_error", "The model could not go on."))
        self._hang_up()

    def _on_keyframe_request(self) -> None:
        if self._stream is not None:
            self._stream.feed.ask_for_keyframe()

    def _hang_up(self) -> None:
        self._commands.put_nowait(None)

    def _refuse(self, refusal: StreamRefusedError) -> None:
        logger.info("stream error: %s", refusal.reason)
        self._send("interactive_stream_error", reason=refusal.reason, message=refusal.message)

    def _send(self, kind: str, **facts: object) -> None:
        self._to_client.send({"type": kind, **facts})


def _prompt_of(command: dict[str, Any]) -> str:
    prompt = command.get("prompt")
    if not isinstance(prompt, str):
        raise StreamRefusedError("invalid_prompt", "The prompt must be text.")
    if len(prompt) > PROMPT_LIMIT_CHARS:
        raise StreamRefusedError(
            "invalid_prompt", f"The prompt is longer than {PROMPT_LIMIT_CHARS} characters."
        )
    return prompt


def _image_of(command: dict[str, Any]) -> str | None:
    """The input image; an empty one counts as none."""
    image = command.get("input_image_base64")
    if image is not None and not isinstance(image, str):
        raise StreamRefusedError("invalid_image", "The input image must be a data URL.")
    return image or None
