"""Kinds of people, and what they are told: also where Discord would not let them ask, or read."""

import asyncio
from typing import Any

import discord
from simcord.backend import Backend, serializers
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.local.discord.people import options as forms
from bot.local.discord.people.choices import Choices
from bot.local.discord.people.users import User
from bot.local.discord.people.views import STRING_SELECT, Modal, SeenMessage
from bot.local.discord.state import Answered
from bot.local.discord.state.values import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL_SUBMIT
from tests.e2e.conftest import WAIT_S, House

VIEW = discord.Permissions(view_channel=True).value
ROLE_SELECT = 6
MANAGE_MESSAGES = discord.Permissions(manage_messages=True).value
ADMINISTRATOR = discord.Permissions(administrator=True).value


def backend_of(house: House) -> Backend:
    """The local Discord's insides."""
    return house.discord.world.backend


def new_channel(house: House, name: str) -> int:
    """A channel that everyone views."""
    return house.discord.world.add_channel(name, "")


def new_role(house: House, name: str, permissions: int = 0) -> int:
    """A role, the lowest of all but @everyone."""
    world = house.discord.world
    return world.backend.create_role(world.guild_id, name, permissions=permissions).id


def give(house: House, who: User, role: int) -> None:
    """Gives somebody a role."""
    backend_of(house).add_member_role(house.discord.world.guild_id, who.id, role)


def take(house: House, who: User, role: int) -> None:
    """Takes a role from somebody."""
    backend_of(house).remove_member_role(house.discord.world.guild_id, who.id, role)


def overwrite(house: House, channel: int, who: User | None, *, allow: int = 0, deny: int = 0) -> None:
    """Gives and takes permissions in a channel; of everyone, if of nobody else."""
    world = house.discord.world
    kind = OverwriteType.MEMBER if who else OverwriteType.ROLE
    target = who.id if who else world.guild_id
    world.backend.set_overwrite(channel, Overwrite(target, kind, allow=allow, deny=deny))
    world.backend.announce_channel_update(channel)


class Visitor:
    """Somebody who asks whatever they like, wherever they like, and reads what they are told.

    Buttons and menus are used by their custom IDs, on a message of the bot's that is made for it.
    """

    def __init__(self, house: House, user: User) -> None:
        self.user = user
        self._world = house.discord.world
        self._lounge = house.discord.channel("lounge")

    async def command(self, channel: int, path: str, **options: Any) -> str:
        """What `/odyssey path` is answered with in the end."""
        return await self._told(COMMAND, channel, self._command(path, options), path=f"odyssey {path}")

    async def completion(self, channel: int, path: str, option: str, typed: str = "") -> list[str]:
        """The names that are offered."""
        data = self._command(path, {option: typed})
        data["options"][0]["options"][0]["focused"] = True
        return [choice["name"] for choice in (await self._ask(AUTOCOMPLETE, channel, data)).choices]

    async def press(self, channel: int, custom_id: str) -> str:
        """What a button is answered with in the end; "a dialogue" if that opens."""
        return await self._told(COMPONENT, channel, {"custom_id": custom_id, "component_type": 2, "id": 0})

    async def choose(self, channel: int, custom_id: str, value: str | int) -> str:
        """What a choice in a menu is answered with in the end; an ID is a role's."""
        kind = STRING_SELECT
        resolved: dict[str, Any] = {}
        if isinstance(value, int):
            kind = ROLE_SELECT
            value = Choices(self._world, user_id=self.user.id, channel_id=channel).resolve(8, value, resolved)
        data = {"custom_id": custom_id, "component_type": kind, "id": 0, "values": [value]}
        return await self._told(COMPONENT, channel, data | ({"resolved": resolved} if resolved else {}))

    async def opened(self, channel: int, custom_id: str) -> dict[str, Any]:
        """The dialogue that a button opens."""
        data = {"custom_id": custom_id, "component_type": 2, "id": 0}
        modal = (await self._ask(COMPONENT, channel, data)).modal
        assert modal is not None
        return modal

    async def submit(self, channel: int, modal: dict[str, Any], text: str | list[str]) -> str:
        """What a dialogue, perhaps somebody else's, is answered with; `text` is its first field."""
        field, *_ = Modal(modal, channel, None).fields
        filled = forms.fill_modal(modal["components"], {field["custom_id"]: text}, lambda *_: "", {})
        return await self._told(
            MODAL_SUBMIT, channel, {"custom_id": modal["custom_id"], "components": filled}
        )

    async def _told(self, kind: int, channel: int, data: dict[str, Any], *, path: str | None = None) -> str:
        answered = await self._ask(kind, channel, data, path=path)
        if answered.modal is not None:
            return "a dialogue"
        return await self._final_text(channel, answered.message_id) if answered.message_id else ""

    async def _ask(
        self, kind: int, channel: int, data: dict[str, Any], *, path: str | None = None
    ) -> Answered:
        source, seen = None, self._world.message
        if kind in (COMPONENT, MODAL_SUBMIT):
            backend = self._world.backend
            item = {"type": 2, "id": 2, "style": 2, "label": "?", "custom_id": data["custom_id"]}
            if "values" in data:
                options = [{"label": value, "value": value} for value in data["values"]]
                item = {"type": data["component_type"], "id": 2, "custom_id": data["custom_id"]}
                item |= {"options": options} if data["component_type"] == STRING_SELECT else {}
            components = [{"type": 1, "id": 1, "components": [item]}]
            message = backend.create_message(
                channel, backend.bot_user.id, "", components=components, flags=1 << 15
            )
            source = message.id
            payload = dict(serializers.message_payload(backend, message))
            self._world.message = lambda *_: payload  # type: ignore[method-assign]  # also where it is hidden
        try:
            asked = self._world.interact(
                kind, channel, self.user.id, data, source_message_id=source, command_path=path
            )
        finally:
            self._world.message = seen  # type: ignore[method-assign]
        async with asyncio.timeout(WAIT_S):
            return await asked

    def _command(self, path: str, options: dict[str, Any]) -> dict[str, Any]:
        [root] = self._world.commands(self._lounge, self.user.id)
        leaf = next(option for option in root["options"] if option["name"] == path)
        kinds = {option["name"]: option["type"] for option in leaf.get("options") or []}
        resolved: dict[str, Any] = {}
        resolve = Choices(self._world, user_id=self.user.id, channel_id=self._lounge).resolve
        given = [
            {
                "name": name,
                "type": kinds[name],
                "value": resolve(kinds[name], value, resolved) if kinds[name] in (6, 11) else value,
            }
            for name, value in options.items()
        ]
        subcommand = {"name": path, "type": 1, "options": given}
        return {
            "id": root["id"],
            "name": root["name"],
            "type": 1,
            "options": [subcommand],
            "resolved": resolved,
        }

    async def _final_text(self, channel: int, message_id: int) -> str:
        changed = asyncio.Event()

        def look(_: int, changed_id: int) -> None:
            if changed_id == message_id:
                changed.set()

        self._world.observe(look)
        try:
            async with asyncio.timeout(WAIT_S):
                while (message := self._read(channel, message_id)).thinking:
                    await changed.wait()
                    changed.clear()
                return message.text
        finally:
            self._world.stop_observing(look)

    def _read(self, channel: int, message_id: int) -> SeenMessage:
        backend = self._world.backend
        message = backend.messages[channel][message_id]
        return SeenMessage(dict(serializers.message_payload(backend, message, for_user=self.user.id)))
