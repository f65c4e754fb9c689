"""A server's own rules: what its settings say of each thing, and how they are changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.line import LineLimits
from bot.broadcast.arbitration.policy import PolicySettings
from bot.broadcast.intake.intake import IntakeRules
from bot.broadcast.intake.prefixes import Prefixes, is_same
from bot.broadcast.limits.budget import Budget
from bot.guilds.settings.complaints import WrongSettingError, complaint
from bot.guilds.settings.fields import GuildSettingFields
from bot.guilds.settings.groups import Group, group_of
from bot.guilds.settings.problems import Mistake, ProblemError
from bot.guilds.settings.text import read_settings_text
from bot.guilds.settings.values import NO_PREFIX
from bot.moderation import TextRules

FROM_NEXT_BROADCAST = frozenset({"mode", "broadcasts_at_once", "minutes"})
"""Settings that are looked at when a broadcast starts. All others hold at once, also while one runs."""
TEXT_RULES = frozenset(
    {"prompt_limit", "blocked_words", "blocked_patterns", "allows_links", "allows_invites", "allows_mentions"}
)
"""What the text filter is made of."""
CHAT_BEGINNINGS = frozenset({"prefix", "other_prefixes"})


class GuildSettings(GuildSettingFields):
    @property
    def arbitration(self) -> ArbitrationSettings:
        return ArbitrationSettings(
            mode=self.mode,
            gap=timedelta(seconds=self.gap_s),
            limits=LineLimits(
                total=self.line_limit,
                per_viewer=self.line_limit_per_viewer,
                lifetime=timedelta(seconds=self.lifetime_s),
            ),
            policy=PolicySettings(
                vote_window=timedelta(seconds=self.vote_window_s), ballot_share=self.ballot_share, seed=None
            ),
        )

    @property
    def budget(self) -> Budget:
        return Budget(
            at_once=self.broadcasts_at_once,
            usual=timedelta(minutes=self.minutes),
            longest=timedelta(minutes=self.minutes_limit),
            per_day=timedelta(minutes=self.minutes_per_day) if self.minutes_per_day else None,
        )

    @property
    def intake(self) -> IntakeRules:
        return IntakeRules(
            prompt_limit=self.prompt_limit,
            repeat_window=timedelta(seconds=self.repeat_window_s),
            cooldown=timedelta(seconds=self.cooldown_s),
            slow_mode=timedelta(seconds=self.slow_mode_s),
        )

    @property
    def text(self) -> TextRules:
        return TextRules(
            max_length=self.prompt_limit,
            blocked_words=self.blocked_words,
            blocked_patterns=self.blocked_patterns,
            allows_links=self.allows_links,
            allows_invites=self.allows_invites,
            allows_mentions=self.allows_mentions,
        )

    def prefixes(self, default: str) -> Prefixes:
        """What these settings say of what is heard in chat; `default` is the operator's prefix.

        A prefix that is another bot's too, as an operator may make it later, is not ours.
        """
        own = "" if self.prefix == NO_PREFIX else self.prefix or default
        is_taken = own and any(is_same(own, other) for other in self.other_prefixes)
        return Prefixes("" if is_taken else own, self.other_prefixes)

    def changed(self, name: str, text: str) -> GuildSettings:
        """The settings with one of them as a moderator typed it. Raises `WrongSettingError`."""
        name = setting_name(name)
        if not name:
            raise WrongSettingError("name", Mistake.NO_NAME)
        if name not in GuildSettings.model_fields:
            raise WrongSettingError(name, Mistake.NO_SUCH_SETTING)
        return self.changed_all({name: text})

    def changed_all(self, texts: Mapping[str, str]) -> GuildSettings:
        """The settings with these as a moderator typed them. Raises `WrongSettingError`."""
        return _validated(self.model_dump(mode="json") | dict(texts))

    def with_words(self, words: Sequence[str]) -> GuildSettings:
        """The settings with these words blocked. Raises `WrongSettingError`."""
        return _validated(self.model_dump(mode="json") | {"blocked_words": list(words)})

    @classmethod
    def names_in(cls, group: Group) -> list[str]:
        """The names of a group's settings."""
        return [name for name, field in cls.model_fields.items() if group_of(field) is group]

    def differences(self, other: GuildSettings) -> list[str]:
        """The names of the settings that are others there."""
        return [name for name in GuildSettings.model_fields if getattr(self, name) != getattr(other, name)]

    @classmethod
    def from_json(cls, text: str | bytes) -> GuildSettings:
        """Settings from a JSON object; what it leaves out has its default. Raises `WrongSettingError`."""
        try:
            values = read_settings_text(text)
        except ProblemError as error:
            raise WrongSettingError("file", error.problem) from None
        return _validated(values)


def setting_name(typed: str) -> str:
    """A setting's name as a moderator types it, or takes it from the list with its description."""
    return typed.partition(":")[0].strip().casefold().replace("-", "_").replace(" ", "_")


def _validated(values: dict[str, Any]) -> GuildSettings:
    try:
        return GuildSettings.model_validate(values)
    except ValidationError as error:
        raise complaint(GuildSettings, error) from None
