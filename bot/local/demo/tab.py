"""One browser tab of the demo's page: acts as one user, by a websocket."""

from __future__ import annotations

import asyncio
import base64
import binascii
import itertools
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import WSMsgType, web

from bot.local.discord.people.answers import Answer
from bot.local.discord.people.users import NoResponseError, User
from bot.local.discord.people.views import Modal, NotPossibleError
from bot.local.discord.state import ApiError, Json, UserInfo
from bot.local.discord.state.values import USER_COMMAND

if TYPE_CHECKING:
    from bot.local.discord.server import LocalDiscord

log = logging.getLogger(__name__)

HISTORY_SHOWN = 100
BOT_HISTORY_SHOWN = 20
DIALOGS_KEPT = 5
DIRECT = {"name": "Odyssey", "topic": "Messages from the bot to you alone", "direct": True}


class Bots(Protocol):
    """The bots' processes, as a page shows them, and has something done to them."""

    observers: list[Callable[[], None]]

    @property
    def news(self) -> Json:
        """A message that says how they are; again when `observers` are called."""

    def act(self, deed: str, name: str) -> bool:
        """Whether that could be done, to the one of that name."""


class Tab:
    """One browser tab: what its user sees goes out, what its user does comes in."""

    def __init__(
        self, discord: LocalDiscord, user: User, ws: web.WebSocketResponse, bots: Bots | None
    ) -> None:
        self._discord = discord
        self._user = user
        self._ws = ws
        self._bots = bots
        self._told = bots.news if bots else {}
        self._changed = asyncio.Event()
        # Coalesced: however often a message changes while the browser is slow, it is sent once.
        self._stale: dict[tuple[int, int], None] = {}
        self._modals: dict[int, Modal] = {}
        self._modal_numbers = itertools.count(1)

    async def run(self) -> None:
        self._discord.world.observe(self._note)
        if self._bots:
            self._bots.observers.append(self._changed.set)
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._send(self._welcome())
                sending = tasks.create_task(self._send_changes(), name="page changes")
                await self._receive(tasks)
                sending.cancel()
        except* ConnectionError:
            log.debug("a tab went away")
        finally:
            self._discord.world.stop_observing(self._note)
            if self._bots:
                self._bots.observers.remove(self._changed.set)

    # ------------------------------------------------------------------ outwards

    def _note(self, channel_id: int, message_id: int) -> None:
        self._stale[channel_id, message_id] = None
        self._changed.set()

    async def _send_changes(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._bots and self._bots.news != self._told:
                self._told = self._bots.news
                await self._send(self._told)
            while self._stale:
                channel_id, message_id = next(iter(self._stale))
                del self._stale[channel_id, message_id]
                message = self._discord.world.message(channel_id, message_id, self._user.id)
                if message is None and self._discord.world.exists(channel_id, message_id):
                    continue  # private to someone else
                place = {"channel_id": str(channel_id), "message_id": str(message_id)}
                kind = "gone" if message is None else "message"
                await self._send({"type": kind, "message": message, **place})

    def _welcome(self) -> Json:
        world = self._discord.world
        channels = [
            {key: channel[key] for key in ("id", "guild_id", "name", "topic")}
            for guild_id in world.guild_ids
            for channel in world.channels(guild_id)
        ]
        channels.append({"id": str(self._user.direct_channel), **DIRECT})
        return {
            "type": "welcome",
            "guilds": [{"id": str(guild_id), "name": name} for guild_id, name in world.guild_names.items()],
            "remembers": self._discord.remembers,
            "outage": self._told.get("outage"),
            "board": self._told.get("board"),
            "me": str(self._user.id),
            "users": [_user_json(user) for user in world.users()],
            "channels": channels,
            "roles": [
                {"guild_id": str(guild_id), **{key: role[key] for key in ("id", "name", "color")}}
                for guild_id in world.guild_ids
                for role in world.roles(guild_id)
            ],
            "messages": {channel["id"]: self._history(int(channel["id"])) for channel in channels},
        }

    def _history(self, channel_id: int) -> list[Json]:
        """The newest messages, and the bot's newest ones however much was said since: the panel is there."""
        messages = self._discord.world.messages(channel_id, self._user.id)
        older, newest = messages[:-HISTORY_SHOWN], messages[-HISTORY_SHOWN:]
        return [message for message in older if message["author"]["bot"]][-BOT_HISTORY_SHOWN:] + newest

    async def _send(self, payload: Json) -> None:
        await self._ws.send_str(json.dumps(payload))

    # ------------------------------------------------------------------ inwards

    async def _receive(self, tasks: asyncio.TaskGroup) -> None:
        running: set[asyncio.Task[None]] = set()
        async for message in self._ws:
            if message.type is not WSMsgType.TEXT:
                continue
            task = tasks.create_task(self._respond(message.data), name="page request")
            running.add(task)
            task.add_done_callback(running.discard)
        for task in running:
            task.cancel()

    async def _respond(self, text: str) -> None:
        """Carries out one request and answers it under its nonce; a refusal is one sentence."""
        nonce = None
        try:
            request = json.loads(text)
            nonce = request["nonce"]
            result = await self._perform(request["ask"], request)
        except (NotPossibleError, NoResponseError) as error:
            result = {"failed": str(error)}
        except ApiError as error:
            result = {"failed": f"Discord refused: {error.body.get('message')}."}
        except (KeyError, TypeError, ValueError, AttributeError, binascii.Error) as error:
            log.debug("a request of the page could not be read", exc_info=error)
            result = {"failed": "The demo could not read that request."}
        await self._send({"type": "result", "nonce": nonce, **result})

    async def _perform(self, ask: str, request: Json) -> Json:
        user, channel = self._user, int(request["channel"])
        match ask:
            case "send":
                reply_to = user.see(channel, int(request["reply_to"])) if request.get("reply_to") else None
                files = _given(request.get("files", []))
                await user.send(channel, str(request["content"]), reply_to=reply_to, files=files)
            case "process":
                if not (self._bots and self._bots.act(str(request["deed"]), str(request["name"]))):
                    raise NotPossibleError("The bot is not there just now.")
            case "commands":
                people = user.context_commands(channel, kind=USER_COMMAND)
                menus = {"menu": user.context_commands(channel), "person_menu": people}
                return {"commands": user.commands(channel), **menus}
            case "person":
                return self._answered(await user.user_menu(channel, int(request["user"]), request["name"]))
            case "slash":
                given = {name: _given(value) for name, value in request["options"].items()}
                return self._answered(await user.slash(channel, request["name"], **given))
            case "autocomplete":
                given = {name: _given(value) for name, value in request["options"].items()}
                typed = str(request["typed"])
                choices = await user.autocomplete(channel, request["name"], request["option"], typed, **given)
                return {"choices": choices}
            case "modal":
                values = {name: _given(value) for name, value in request["values"].items()}
                answer = await user.submit_modal(self._modals[int(request["modal"])], values)
                del self._modals[int(request["modal"])]
                return self._answered(answer)
            case _:
                return await self._perform_on_message(ask, request)
        return {}

    async def _perform_on_message(self, ask: str, request: Json) -> Json:
        user = self._user
        message = user.see(int(request["channel"]), int(request["message"]))
        if message is None:
            raise NotPossibleError("That message is gone.")
        match ask:
            case "click":
                return self._answered(await user.click(message, custom_id=request["custom_id"]))
            case "select":
                values = [str(value) for value in request["values"]]
                return self._answered(await user.select(message, values, custom_id=request["custom_id"]))
            case "menu":
                return self._answered(await user.context_menu(message, request["name"]))
            case "react":
                await user.react(message, str(request["emoji"]), reacted=bool(request["reacted"]))
            case "edit":
                await user.edit(message, str(request["content"]))
            case "delete":
                await user.delete(message)
            case _:
                raise ValueError(ask)
        return {}

    def _answered(self, answer: Answer) -> Json:
        if answer.failed is not None:
            return {"failed": answer.failed}
        if answer.modal is None:
            return {} if answer.message_id is None else {"message": str(answer.message_id)}
        number = next(self._modal_numbers)
        self._modals[number] = answer.modal
        while len(self._modals) > DIALOGS_KEPT:  # a dialog that was closed is not heard of again
            del self._modals[next(iter(self._modals))]
        return {"modal": {"number": number, **answer.modal.payload}}


def _user_json(user: UserInfo) -> Json:
    return {
        "id": str(user.id),
        "name": user.name,
        "display_name": user.display_name,
        "is_bot": user.is_bot,
        "is_moderator": user.is_moderator,
    }


def _given(value: Any) -> Any:
    """A file comes as {"filename", "base64"} (a list of them for a dialog); everything else as it is."""
    if isinstance(value, dict):
        return str(value["filename"]), base64.b64decode(value["base64"], validate=True)
    if isinstance(value, list):
        return [_given(item) for item in value]
    return value
