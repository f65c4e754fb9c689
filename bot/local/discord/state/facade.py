"""What the server, the gateway, the users and the page may ask of the simulated Discord."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import simcord.http.routes  # noqa: F401 (registers the route table that `dispatch` reads)
from simcord.backend import serializers
from simcord.backend.access import channel_accessible, message_accessible, reaction_permissions
from simcord.backend.errors import BackendError
from simcord.http.router import RouteNotImplemented, UnsupportedField, dispatch
from simcord.interactions import base_payload

from bot.local.discord.intents import Intents
from bot.local.discord.state import events
from bot.local.discord.state.backend import ChangeObserver, LocalBackend
from bot.local.discord.state.memory import Memory
from bot.local.discord.state.nonces import Nonces
from bot.local.discord.state.places import Places
from bot.local.discord.state.values import (
    CHAT_INPUT,
    Answered,
    ApiError,
    Json,
    Upload,
    answered_by,
    as_api_errors,
)

EventListener = Callable[[str, Mapping[str, Any]], None]

_GATEWAY_GUILD_MEMBERS_LIMITED = 1 << 15
_GATEWAY_MESSAGE_CONTENT_LIMITED = 1 << 19
_HISTORY = re.compile(r"/channels/\d+/messages")


class World(Places):
    """The guilds, and everything that happens in them."""

    def __init__(
        self,
        *,
        base_url: str,
        guild_name: str,
        bot_name: str,
        message_content: bool,
        response_timeout_s: float,
        memory: Memory | None = None,
    ) -> None:
        """`memory` has the guild of an earlier run, if there was one. Raises `UnreadableError`."""
        backend = LocalBackend(base_url=base_url, response_timeout_s=response_timeout_s)
        if memory:
            memory.recall(backend)
        super().__init__(backend, guild_name, bot_name, message_content=message_content)
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        own = self.application_id
        self.nonces = Nonces(lambda channel_id, message_id: self.message(channel_id, message_id, own))

    # ------------------------------------------------------------------ the application's side

    def rest(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        params: Mapping[str, str] | None = None,
        files: Sequence[Upload] = (),
        reason: str | None = None,
    ) -> Any:
        """One REST call of the application; `path` begins after `/api/v10`. Raises `ApiError`."""

        def answer(params: Mapping[str, str]) -> Any:
            return dispatch(
                self.backend,
                method,
                path,
                json=body,
                params=dict(params),
                files=list(files),
                reason=reason,
                message_content_access=self.message_content,
            )

        try:
            if method == "GET" and _HISTORY.fullmatch(path):
                result = [self._seen_by_bot(each) for each in _history(params or {}, answer)]
            else:
                result = self.nonces.answer(method, path, body, lambda: answer(params or {}))
        except (RouteNotImplemented, UnsupportedField) as error:
            raise ApiError(501, {"code": 0, "message": error.message}) from error
        except BackendError as error:
            raise ApiError(error.status, error.to_json()) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # simcord's handlers read bodies as discord.py writes them; another shape fails while being read.
            raise ApiError(400, {"code": 50035, "message": f"Invalid Form Body: {error}"}) from error
        finally:
            self.backend.forget_logs()
        if path.startswith("/interactions/"):
            self._resolve_answered(int(path.split("/")[2]))
        return result

    def subscribe(self, listener: EventListener) -> None:
        """Calls `listener` with the name and payload of every gateway event, before intents are applied."""
        self.backend.subscribers.append(listener)

    def gateway_view(
        self, event: str, payload: Mapping[str, Any], intents: Intents
    ) -> Mapping[str, Any] | None:
        """`payload` as a connection with these intents receives it, or None when it does not."""
        return events.as_received(self.backend, event, payload, intents)

    def member_chunks(self, request: Mapping[str, Any]) -> Iterator[Json]:
        """GUILD_MEMBERS_CHUNK payloads for a REQUEST_GUILD_MEMBERS (gateway opcode 8)."""
        guild = self.backend.guilds.get(int(request.get("guild_id") or 0))
        return events.member_chunks(self.backend, guild, request) if guild else iter(())

    def ready_payload(self, guild_ids: Iterable[int]) -> Json:
        return {
            "v": 10,
            "user": self.user_payload(self.application_id),
            "guilds": [{"id": str(guild_id), "unavailable": True} for guild_id in guild_ids],
            "application": {"id": str(self.application_id), "flags": self.application_flags()},
        }

    def application_flags(self) -> int:
        content = _GATEWAY_MESSAGE_CONTENT_LIMITED if self.message_content else 0
        return _GATEWAY_GUILD_MEMBERS_LIMITED | content

    def guild_payload(self, guild_id: int) -> Json:
        return dict(serializers.guild_create_payload(self.backend, self.backend.guilds[guild_id]))

    def attachment(self, path: str) -> bytes | None:
        return self.backend.cdn.get(path)

    # ------------------------------------------------------------------ the users' side

    def observe(self, observer: ChangeObserver) -> None:
        """Calls `observer(channel_id, message_id)` after every creation, change or deletion of a message."""
        self.backend.observers.append(observer)

    def stop_observing(self, observer: ChangeObserver) -> None:
        self.backend.observers.remove(observer)

    def message(self, channel_id: int, message_id: int, user_id: int) -> Json | None:
        """A message in Discord's wire shape as this user sees it; None if gone or private to another."""
        message = self.backend.messages.get(channel_id, {}).get(message_id)
        if message is None or not message_accessible(self.backend, channel_id, message, user_id):
            return None
        return dict(serializers.message_payload(self.backend, message, for_user=user_id))

    def exists(self, channel_id: int, message_id: int) -> bool:
        """Whether there is such a message for anyone."""
        return message_id in self.backend.messages.get(channel_id, {})

    def messages(self, channel_id: int, user_id: int, *, limit: int | None = None) -> list[Json]:
        """The newest `limit` messages of a channel that this user sees, oldest first."""
        return list(islice(self.newest_first(channel_id, user_id), limit))[::-1]

    def newest_first(self, channel_id: int, user_id: int) -> Iterator[Json]:
        """The messages of a channel that this user sees, each made when it is looked at."""
        messages = list(self.backend.messages[channel_id].values())
        if channel_accessible(self.backend, channel_id, user_id):
            for message in reversed(messages):
                if message.visible_to(user_id):
                    yield dict(serializers.message_payload(self.backend, message, for_user=user_id))

    def post(
        self,
        channel_id: int,
        user_id: int,
        content: str,
        *,
        reply_to: int | None = None,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> int:
        """A user's chat message; returns its ID."""
        with as_api_errors():
            if not self.backend.get_channel(channel_id).is_thread:
                self._require(user_id, channel_id, "send_messages")
            reference = None
            if reply_to is not None:
                wire = {"channel_id": str(channel_id), "message_id": str(reply_to)}
                reference = self.backend.normalize_message_reference(channel_id, wire)
            attachments = self.backend.store_attachments(channel_id, files)
            message = self.backend.create_message(
                channel_id, user_id, content, reference=reference, attachments=attachments
            )
            return message.id

    def edit(self, channel_id: int, message_id: int, user_id: int, content: str) -> None:
        with as_api_errors():
            if self.backend.get_message(channel_id, message_id).author_id != user_id:
                raise ApiError(
                    403, {"code": 50005, "message": "Cannot edit a message authored by another user"}
                )
            self.backend.edit_message(channel_id, message_id, {"content": content})

    def delete(self, channel_id: int, message_id: int, user_id: int) -> None:
        with as_api_errors():
            if self.backend.get_message(channel_id, message_id).author_id != user_id:
                self._require(user_id, channel_id, "manage_messages")
            self.backend.delete_message(channel_id, message_id)

    def react(self, channel_id: int, message_id: int, user_id: int, emoji: str, *, reacted: bool) -> None:
        with as_api_errors():
            message = self.backend.get_message(channel_id, message_id)
            needed = reaction_permissions(message, emoji, reacted=reacted)
            self._require(user_id, channel_id, *needed)
            self.backend.set_reaction(channel_id, message_id, emoji, user_id, reacted)

    def commands(self, channel_id: int, user_id: int, *, kind: int = CHAT_INPUT) -> list[Json]:
        """The application's commands that this user may run in this channel, as they were synced."""
        return self.backend.visible_commands(user_id=user_id, channel_id=channel_id, type=kind)

    def upload(self, channel_id: int, filename: str, data: bytes) -> Json:
        """Stores a file that an option or a modal hands over; returns its attachment object."""
        return self.backend.store_attachments(channel_id, [(filename, data)])[0]

    def interact(
        self,
        kind: int,
        channel_id: int,
        user_id: int,
        data: Json,
        *,
        source_message_id: int | None = None,
        command_path: str | None = None,
    ) -> asyncio.Future[Answered]:
        """Sends INTERACTION_CREATE; the future is done when the bot's first response has been accepted.

        A caller that stops waiting cancels the future. `command_path` ("odyssey start") is what the answer's
        `interaction_metadata` names.
        """
        record, payload = base_payload(
            self.backend,
            type=kind,
            channel_id=channel_id,
            guild_id=self.guild_of(channel_id),
            user_id=user_id,
            data=data,
        )
        if command_path is not None:
            record.command_name = command_path
        if source_message_id is not None:
            record.source_message_id = source_message_id
            payload["message"] = self.message(channel_id, source_message_id, user_id)
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[record.id] = waiting
        waiting.add_done_callback(lambda _: self._waiting.pop(record.id, None))
        self.backend.emit("INTERACTION_CREATE", payload)
        return waiting

    # ------------------------------------------------------------------ inside

    def _seen_by_bot(self, listed: Json) -> Json:
        """A message of a list, with which reactions are the application's own: simcord leaves that out."""
        seen = self.message(int(listed["channel_id"]), int(listed["id"]), self.application_id)
        return {**listed, "reactions": seen["reactions"]} if seen else listed

    def _require(self, user_id: int, channel_id: int, *permissions: str) -> None:
        """Raises simcord's refusal; in a direct channel everything is allowed."""
        guild_id = self.guild_of(channel_id)
        if guild_id is not None:
            self.backend.require_permissions(guild_id, user_id, channel_id, *permissions)

    def _resolve_answered(self, interaction_id: int) -> None:
        waiting = self._waiting.get(interaction_id)
        record = self.backend.interactions.get(interaction_id)
        if waiting is not None and not waiting.done() and record is not None and record.responded:
            waiting.set_result(answered_by(record))


def _history(params: Mapping[str, str], answer: Callable[[Mapping[str, str]], Any]) -> Any:
    """With `after`, Discord gives the messages that follow, where simcord gives the newest of all."""
    if "after" not in params:
        return answer(params)
    limit = int(params.get("limit", 50))
    return answer({**params, "limit": str(sys.maxsize)})[-limit:]
