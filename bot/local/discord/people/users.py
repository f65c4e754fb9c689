"""People of the local Discord: whatever a real one can do in the client, as methods."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.local.discord.people import options as forms
from bot.local.discord.people.answers import Answer
from bot.local.discord.people.choices import Choices
from bot.local.discord.people.views import Modal, NotPossibleError, SeenMessage
from bot.local.discord.state import Answered, Json, World
from bot.local.discord.state.values import (
    AUTOCOMPLETE,
    CHAT_INPUT,
    COMMAND,
    COMPONENT,
    MESSAGE_COMMAND,
    MODAL_SUBMIT,
    USER_COMMAND,
)

Predicate = Callable[[SeenMessage], bool]
Channel = int | str  # a channel's ID or its name

NO_RESPONSE = "The application did not respond"
_MESSAGE_LIMIT = 2_000


class NoResponseError(Exception):
    """The bot did not answer an autocomplete in time ("Loading options failed")."""


class User:
    """One person. Every refusal that the person would see at once raises `NotPossibleError` or `ApiError`."""

    def __init__(self, world: World, user_id: int, *, response_timeout_s: float) -> None:
        self._world = world
        self._response_timeout_s = response_timeout_s
        self.id = user_id

    @property
    def name(self) -> str:
        return str(self._world.user_payload(self.id)["username"])

    @property
    def direct_channel(self) -> int:
        """The channel in which the bot and this user speak alone."""
        return int(self._world.direct_channel(self.id)["id"])

    # ------------------------------------------------------------------ reading

    def see(self, channel_id: int, message_id: int) -> SeenMessage | None:
        payload = self._world.message(channel_id, message_id, self.id)
        return None if payload is None else SeenMessage(payload)

    def messages(self, channel: Channel, *, limit: int | None = None) -> list[SeenMessage]:
        """What this user sees in the channel, oldest first, private answers to them included."""
        channel_id = self._world.channel_id(channel)
        return [SeenMessage(payload) for payload in self._world.messages(channel_id, self.id, limit=limit)]

    async def wait_for_message(
        self, channel: Channel, predicate: Predicate, *, timeout_s: float = 30.0
    ) -> SeenMessage:
        """The newest message that fits now, else the first that comes to fit, by being sent or edited.

        Raises `TimeoutError`.
        """
        channel_id = self._world.channel_id(channel)
        for payload in self._world.newest_first(channel_id, self.id):
            newest = SeenMessage(payload)
            if predicate(newest):
                return newest
        found: asyncio.Future[SeenMessage] = asyncio.get_running_loop().create_future()

        def changed(in_channel: int, message_id: int) -> None:
            message = self.see(channel_id, message_id) if in_channel == channel_id else None
            if message is not None and not found.done() and predicate(message):
                found.set_result(message)

        self._world.observe(changed)
        try:
            async with asyncio.timeout(timeout_s):
                return await found
        except TimeoutError:
            seen = [
                f"{message.author}: {message.text[:200]}" for message in self.messages(channel_id, limit=5)
            ]
            raise TimeoutError(f"no such message within {timeout_s} s; the newest are {seen}") from None
        finally:
            self._world.stop_observing(changed)

    # ------------------------------------------------------------------ chat

    async def send(
        self,
        channel: Channel,
        content: str,
        *,
        reply_to: SeenMessage | None = None,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> SeenMessage:
        if len(content) > _MESSAGE_LIMIT:
            raise NotPossibleError(f"Your message is longer than {_MESSAGE_LIMIT} characters.")
        if not content.strip() and not files:
            raise NotPossibleError("An empty message cannot be sent.")
        channel_id = self._world.channel_id(channel)
        reference = None if reply_to is None else reply_to.id
        message_id = self._world.post(channel_id, self.id, content, reply_to=reference, files=files)
        return self._sees(channel_id, message_id)

    async def edit(self, message: SeenMessage, content: str) -> SeenMessage:
        self._world.edit(message.channel_id, message.id, self.id, content)
        return self._sees(message.channel_id, message.id)

    async def delete(self, message: SeenMessage) -> None:
        self._world.delete(message.channel_id, message.id, self.id)

    async def react(self, message: SeenMessage, emoji: str, *, reacted: bool = True) -> None:
        self._world.react(message.channel_id, message.id, self.id, emoji, reacted=reacted)

    # ------------------------------------------------------------------ commands

    def commands(self, channel: Channel) -> list[Json]:
        """The slash commands that the picker offers this user here."""
        return self._world.commands(self._world.channel_id(channel), self.id)

    async def slash(self, channel: Channel, name: str, /, **given: Any) -> Answer:
        """Runs "/name" (as "odyssey start") with options by their names.

        Users, channels and roles are given as IDs, files as (name, bytes).
        """
        channel_id = self._world.channel_id(channel)
        data, leaf, path, command = self._command(channel_id, name)
        resolved: Json = {}
        filled = forms.fill_options(leaf, given, self._resolve_in(channel_id), resolved)
        data["options"] = forms.nest(command, path, filled)
        data |= {"resolved": resolved} if resolved else {}
        command_path = " ".join([command["name"], *path])
        return await self._answer(COMMAND, channel_id, data, command_path=command_path)

    async def autocomplete(
        self, channel: Channel, name: str, option: str, typed: str, /, **filled: Any
    ) -> list[Json]:
        """The choices (`name`, `value`) that the bot offers while `typed` stands in `option`.

        Raises `NoResponseError`.
        """
        channel_id = self._world.channel_id(channel)
        data, leaf, path, command = self._command(channel_id, name)
        focused = next((o for o in leaf.get("options") or [] if o["name"] == option), None)
        if focused is None or not focused.get("autocomplete"):
            raise NotPossibleError(f"/{name} completes no option {option!r}.")
        others = {**leaf, "options": [{**o, "required": False} for o in leaf["options"]]}
        partial = forms.fill_options(others, filled, self._resolve_in(channel_id), {})
        partial.append({"name": option, "type": focused["type"], "value": typed, "focused": True})
        data["options"] = forms.nest(command, path, partial)
        answered = await self._interact(AUTOCOMPLETE, channel_id, data)
        if answered is None:
            raise NoResponseError("Loading options failed.")
        return answered.choices

    def context_commands(self, channel: Channel, *, kind: int = MESSAGE_COMMAND) -> list[str]:
        """The names below "Apps" in the menu of a message, or of a person (`USER_COMMAND`)."""
        channel_id = self._world.channel_id(channel)
        return [c["name"] for c in self._world.commands(channel_id, self.id, kind=kind)]

    async def context_menu(self, message: SeenMessage, name: str) -> Answer:
        """Runs a message command on a message."""
        resolved = {"messages": {str(message.id): message.payload}}
        return await self._context(message.channel_id, MESSAGE_COMMAND, name, message.id, resolved)

    async def user_menu(self, channel: Channel, target: User | int, name: str) -> Answer:
        """Runs a user command on a person, or on the bot (by their IDs)."""
        channel_id = self._world.channel_id(channel)
        target_id = target if isinstance(target, int) else target.id
        resolved: Json = {}
        self._resolve_in(channel_id)(forms.USER, target_id, resolved)
        return await self._context(channel_id, USER_COMMAND, name, target_id, resolved)

    # ------------------------------------------------------------------ components and modals

    async def click(
        self, message: SeenMessage, *, label: str | None = None, custom_id: str | None = None
    ) -> Answer:
        """Clicks a button of the message as it is now."""
        now = self._sees(message.channel_id, message.id)
        button = now.button(label=label, custom_id=custom_id)
        data = {"custom_id": button["custom_id"], "component_type": button["type"], "id": button.get("id", 0)}
        return await self._answer(COMPONENT, now.channel_id, data, source_message_id=now.id)

    async def select(
        self, message: SeenMessage, values: Sequence[str], *, custom_id: str | None = None
    ) -> Answer:
        """Chooses in a select menu; users, roles and channels by their IDs."""
        now = self._sees(message.channel_id, message.id)
        menu = now.select(custom_id=custom_id)
        resolved: Json = {}
        chosen = forms.choose(menu, values, self._resolve_in(now.channel_id), resolved)
        data = {"custom_id": menu["custom_id"], "component_type": menu["type"], "id": menu.get("id", 0)}
        data |= {"values": chosen} | ({"resolved": resolved} if resolved else {})
        return await self._answer(COMPONENT, now.channel_id, data, source_message_id=now.id)

    async def submit_modal(self, shown: Modal | Answer, values: Mapping[str, Any]) -> Answer:
        """Submits a dialog; `values` by custom ID or by the label above the field."""
        modal = shown.modal if isinstance(shown, Answer) else shown
        if modal is None:
            raise NotPossibleError("The bot opened no dialog.")
        names = {field["label"]: field["custom_id"] for field in modal.fields}
        given = {names.get(key, key): value for key, value in values.items()}
        unknown = given.keys() - names.values()
        if unknown:
            raise NotPossibleError(f"The dialog has no field {sorted(unknown)}; it has {sorted(names)}.")
        resolved: Json = {}
        resolve = self._resolve_in(modal.channel_id)
        components = forms.fill_modal(modal.payload["components"], given, resolve, resolved)
        data = {"custom_id": modal.custom_id, "components": components} | (
            {"resolved": resolved} if resolved else {}
        )
        return await self._answer(
            MODAL_SUBMIT, modal.channel_id, data, source_message_id=modal.source_message_id
        )

    # ------------------------------------------------------------------ inside

    def _sees(self, channel_id: int, message_id: int) -> SeenMessage:
        message = self.see(channel_id, message_id)
        if message is None:
            raise NotPossibleError("That message is gone or not visible to this user.")
        return message

    def _command(self, channel_id: int, name: str) -> tuple[Json, Json, list[str], Json]:
        root, *path = name.removeprefix("/").split()
        command = next((c for c in self.commands(channel_id) if c["name"] == root), None)
        if command is None:
            raise NotPossibleError(f"There is no command /{root} for {self.name} here.")
        data = {"id": command["id"], "name": command["name"], "type": CHAT_INPUT}
        return data, forms.find_leaf(command, path), path, command

    async def _context(self, channel_id: int, kind: int, name: str, target_id: int, resolved: Json) -> Answer:
        commands = self._world.commands(channel_id, self.id, kind=kind)
        command = next((c for c in commands if c["name"] == name), None)
        if command is None:
            raise NotPossibleError(f"There is no {name!r} for {self.name} here.")
        data = {
            "id": command["id"],
            "name": name,
            "type": kind,
            "target_id": str(target_id),
            "resolved": resolved,
        }
        return await self._answer(COMMAND, channel_id, data)

    def _resolve_in(self, channel_id: int) -> forms.Resolver:
        return Choices(self._world, user_id=self.id, channel_id=channel_id).resolve

    async def _answer(
        self,
        kind: int,
        channel_id: int,
        data: Json,
        *,
        source_message_id: int | None = None,
        command_path: str | None = None,
    ) -> Answer:
        answered = await self._interact(
            kind, channel_id, data, source_message_id=source_message_id, command_path=command_path
        )
        if answered is None:
            return Answer(self, channel_id, failed=NO_RESPONSE)
        if answered.modal is not None:
            return Answer(self, channel_id, modal=Modal(answered.modal, channel_id, source_message_id))
        return Answer(self, channel_id, message_id=answered.message_id)

    async def _interact(
        self,
        kind: int,
        channel_id: int,
        data: Json,
        *,
        source_message_id: int | None = None,
        command_path: str | None = None,
    ) -> Answered | None:
        waiting = self._world.interact(
            kind,
            channel_id,
            self.id,
            data,
            source_message_id=source_message_id,
            command_path=command_path,
        )
        try:
            async with asyncio.timeout(self._response_timeout_s):
                return await waiting
        except TimeoutError:
            return None
