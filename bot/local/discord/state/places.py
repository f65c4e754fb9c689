"""The guild itself: its channels, its people, and what each of them may do."""

from simcord.backend import serializers

from bot.local.discord.state.backend import LocalBackend
from bot.local.discord.state.values import Json, UserInfo

MODERATORS = "Moderators"
# Manage channels, server, messages and threads, mention everyone, time out members, pin, bypass slow mode.
_MODERATOR = sum(1 << bit for bit in (4, 5, 13, 17, 34, 40, 51, 52))


class Places:
    """One guild with its channels, users and one application. `is_new`: it is not one of an earlier run.

    `message_content` is the switch of the developer portal: off, the application may not read other
    people's messages, and asking for the intent is refused.
    """

    def __init__(
        self, backend: LocalBackend, guild_name: str, bot_name: str, *, message_content: bool
    ) -> None:
        self.message_content = message_content
        self.backend = backend
        self.is_new = not backend.guilds
        if self.is_new:
            self.backend.bot_user.name = bot_name
            guild = self.backend.create_guild(guild_name)
            self.backend.create_role(guild.id, MODERATORS, permissions=_MODERATOR, color=0x3BA55D, hoist=True)
        (self._guild,) = backend.guilds.values()
        self.guild_id = self._guild.id
        self._moderators = next(r for r in self._guild.roles.values() if r.name == MODERATORS)

    @property
    def application_id(self) -> int:
        return self.backend.application_id

    @property
    def guild_name(self) -> str:
        return self._guild.name

    def add_channel(self, name: str, topic: str) -> int:
        return self.backend.create_channel(self.guild_id, name, topic=topic).id

    def channel_id(self, channel: int | str) -> int:
        """A channel's ID by its ID or name. Raises `KeyError`."""
        if isinstance(channel, int):
            return self.backend.channels[channel].id
        wanted = channel.removeprefix("#")
        ids = {self.backend.channels[known].name: known for known in self._guild.channel_ids}
        return ids[wanted]

    def add_user(self, name: str, *, display_name: str | None = None, moderator: bool = False) -> int:
        user = self.backend.make_user(name, global_name=display_name or name)
        roles = [self._moderators.id] if moderator else []
        self.backend.add_member(self.guild_id, user.id, roles=roles, announce=True)
        return user.id

    def users(self) -> list[UserInfo]:
        """The bot and every person but the guild's owner, who is only there because Discord wants one."""
        members = [m for m in self._guild.members.values() if m.user_id != self._guild.owner_id]
        return [
            UserInfo(
                id=user.id,
                name=user.name,
                display_name=member.nick or user.global_name or user.name,
                is_bot=user.bot,
                is_moderator=self._moderators.id in member.role_ids,
            )
            for member in members
            if (user := self.backend.users[member.user_id])
        ]

    def channels(self) -> list[Json]:
        return [
            dict(serializers.channel_payload(self.backend, self.backend.channels[channel_id]))
            for channel_id in self._guild.channel_ids
        ]

    def direct_channel(self, user_id: int) -> Json:
        """Where the bot and this user speak alone."""
        return dict(serializers.channel_payload(self.backend, self.backend.get_dm_channel(user_id)))

    def roles(self) -> list[Json]:
        return [dict(role) for role in serializers.roles_payload(self._guild)]

    def permissions(self, user_id: int, channel_id: int) -> str:
        return str(self.backend.compute_permissions(self.guild_id, user_id, channel_id))

    def user_payload(self, user_id: int) -> Json:
        return dict(serializers.user_payload(self.backend.get_user(user_id)))

    def member_payload(self, user_id: int, *, with_user: bool) -> Json:
        member = self.backend.get_member(self.guild_id, user_id)
        return dict(serializers.member_payload(self.backend, self._guild, member, with_user=with_user))
