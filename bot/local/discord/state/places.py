"""The guilds themselves: their channels, their people, and what each of them may do."""

from simcord.backend import serializers
from simcord.backend.models import Guild

from bot.local.discord.state.backend import LocalBackend
from bot.local.discord.state.values import Json, UserInfo

MODERATORS = "Moderators"
# Manage channels, server, messages and threads, mention everyone, time out members, pin, bypass slow mode.
_MODERATOR = sum(1 << bit for bit in (4, 5, 13, 17, 34, 40, 51, 52))


class Places:
    """Guilds with their channels and users, and one application. `is_new`: they are none of an earlier run.

    Where no guild is named, the first is meant: the one at home. `message_content` is the switch of the
    developer portal: off, the application may not read other people's messages, and asking for the intent is
    refused.
    """

    def __init__(
        self, backend: LocalBackend, guild_name: str, bot_name: str, *, message_content: bool
    ) -> None:
        self.message_content = message_content
        self.backend = backend
        self.is_new = not backend.guilds
        if self.is_new:
            self.backend.bot_user.name = bot_name
            self._add_moderators(self.backend.create_guild(guild_name).id)
        self._guild = next(iter(backend.guilds.values()))
        self.guild_id = self._guild.id

    @property
    def application_id(self) -> int:
        return self.backend.application_id

    @property
    def guild_names(self) -> dict[int, str]:
        """By ID; the one at home is the first."""
        return {guild.id: guild.name for guild in self.backend.guilds.values()}

    @property
    def guild_ids(self) -> list[int]:
        return list(self.backend.guilds)

    def add_guild(self, name: str) -> int:
        """Another guild, with the people and the moderators of that at home.

        Its ID is of the millisecond before the oldest: so those that are added one after the other are on
        one shard after the other, in whatever number of shards.
        """
        oldest = min(guild_id >> 22 for guild_id in self.backend.guilds)
        guild_id = self.backend.create_guild(name, id=(oldest - 1) << 22, owner_id=self._guild.owner_id).id
        self._add_moderators(guild_id)
        for user in self.users():
            if not user.is_bot:
                self._add_member(guild_id, user.id, moderator=user.is_moderator)
        return guild_id

    def guild_of(self, channel_id: int) -> int | None:
        """The guild in which a channel or thread is; None for a direct one."""
        return self.backend.get_channel(channel_id).guild_id

    def add_channel(self, name: str, topic: str, *, guild_id: int | None = None) -> int:
        return self.backend.create_channel(guild_id or self.guild_id, name, topic=topic).id

    def channel_id(self, channel: int | str) -> int:
        """A channel's ID by its ID or name. Raises `KeyError`."""
        if isinstance(channel, int):
            return self.backend.channels[channel].id
        wanted = channel.removeprefix("#")
        ids = {self.backend.channels[known].name: known for known in self._guild.channel_ids}
        return ids[wanted]

    def add_user(self, name: str, *, display_name: str | None = None, moderator: bool = False) -> int:
        user = self.backend.make_user(name, global_name=display_name or name)
        self._add_member(self.guild_id, user.id, moderator=moderator)
        return user.id

    def users(self, guild_id: int | None = None) -> list[UserInfo]:
        """The bot and every person but the guild's owner, who is only there because Discord wants one."""
        guild = self._guild_or_home(guild_id)
        moderators = self._moderators_of(guild)
        members = [m for m in guild.members.values() if m.user_id != guild.owner_id]
        return [
            UserInfo(
                id=user.id,
                name=user.name,
                display_name=member.nick or user.global_name or user.name,
                is_bot=user.bot,
                is_moderator=moderators in member.role_ids,
            )
            for member in members
            if (user := self.backend.users[member.user_id])
        ]

    def channels(self, guild_id: int | None = None) -> list[Json]:
        return [
            dict(serializers.channel_payload(self.backend, self.backend.channels[channel_id]))
            for channel_id in self._guild_or_home(guild_id).channel_ids
        ]

    def direct_channel(self, user_id: int) -> Json:
        """Where the bot and this user speak alone."""
        return dict(serializers.channel_payload(self.backend, self.backend.get_dm_channel(user_id)))

    def roles(self, guild_id: int | None = None) -> list[Json]:
        return [dict(role) for role in serializers.roles_payload(self._guild_or_home(guild_id))]

    def permissions(self, user_id: int, channel_id: int) -> str:
        guild_id = self.guild_of(channel_id) or self.guild_id
        return str(self.backend.compute_permissions(guild_id, user_id, channel_id))

    def user_payload(self, user_id: int) -> Json:
        return dict(serializers.user_payload(self.backend.get_user(user_id)))

    def member_payload(self, user_id: int, guild_id: int | None = None, *, with_user: bool) -> Json:
        guild = self._guild_or_home(guild_id)
        member = self.backend.get_member(guild.id, user_id)
        return dict(serializers.member_payload(self.backend, guild, member, with_user=with_user))

    def _guild_or_home(self, guild_id: int | None) -> Guild:
        return self._guild if guild_id is None else self.backend.get_guild(guild_id)

    def _add_moderators(self, guild_id: int) -> None:
        self.backend.create_role(guild_id, MODERATORS, permissions=_MODERATOR, color=0x3BA55D, hoist=True)

    def _moderators_of(self, guild: Guild) -> int:
        """The ID of the role."""
        return next(role.id for role in guild.roles.values() if role.name == MODERATORS)

    def _add_member(self, guild_id: int, user_id: int, *, moderator: bool) -> None:
        roles = [self._moderators_of(self.backend.get_guild(guild_id))] if moderator else []
        self.backend.add_member(guild_id, user_id, roles=roles, announce=True)
