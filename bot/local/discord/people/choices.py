"""Users, channels, roles and files that a person picks for an option, a select or a dialog."""

from typing import Any

from bot.local.discord.people.options import ATTACHMENT, CHANNEL, MENTIONABLE, ROLE, USER
from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.state import Json, World


class Choices:
    """What one person can pick in one channel."""

    def __init__(self, world: World, *, user_id: int, channel_id: int) -> None:
        self._world = world
        self._user_id = user_id
        self._channel_id = channel_id
        self._guild_id = world.guild_of(channel_id)

    def resolve(self, kind: int, value: Any, resolved: Json) -> str:
        """The wire ID of a pick; its object is noted in `resolved`, as Discord sends it along.

        `kind` is an option type. A file is given as (name, bytes), everything else by its ID. Raises
        `NotPossibleError`.
        """
        if kind == ATTACHMENT:
            filename, data = value
            stored = self._world.upload(self._channel_id, filename, data)
            resolved.setdefault("attachments", {})[stored["id"]] = stored
            return str(stored["id"])
        wire_id = str(value)
        found = (kind in {USER, MENTIONABLE} and self._resolve_user(wire_id, resolved)) or (
            kind in {ROLE, MENTIONABLE} and self._resolve_role(wire_id, resolved)
        )
        if not found and not (kind == CHANNEL and self._resolve_channel(wire_id, resolved)):
            raise NotPossibleError(f"{wire_id} is nobody and nothing that can be chosen here.")
        return wire_id

    def _resolve_user(self, wire_id: str, resolved: Json) -> bool:
        user = next((user for user in self._world.users(self._guild_id) if str(user.id) == wire_id), None)
        if user is None:
            return False
        member = self._world.member_payload(user.id, self._guild_id, with_user=False)
        resolved.setdefault("users", {})[wire_id] = self._world.user_payload(user.id)
        resolved.setdefault("members", {})[wire_id] = member
        return True

    def _resolve_role(self, wire_id: str, resolved: Json) -> bool:
        role = next((role for role in self._world.roles(self._guild_id) if role["id"] == wire_id), None)
        if role is not None:
            resolved.setdefault("roles", {})[wire_id] = role
        return role is not None

    def _resolve_channel(self, wire_id: str, resolved: Json) -> bool:
        channel = next(
            (channel for channel in self._world.channels(self._guild_id) if channel["id"] == wire_id), None
        )
        if channel is None:
            return False
        permissions = self._world.permissions(self._user_id, int(wire_id))
        resolved.setdefault("channels", {})[wire_id] = {**channel, "permissions": permissions}
        return True
