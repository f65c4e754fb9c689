"""A server's own rules: what its moderators can set, what that says of each thing, and how it is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from enum import Enum, auto
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.line import LineLimits
from bot.broadcast.arbitration.policy import Mode, PolicySettings
from bot.broadcast.intake.intake import IntakeRules
from bot.broadcast.intake.prefixes import Prefixes, is_same
from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.broadcast.limits.budget import MINUTES_LIMIT, Budget
from bot.broadcast.rights import Pictures
from bot.guilds.settings.complaints import WrongSettingError, complaint
from bot.guilds.settings.problems import Mistake, ProblemError
from bot.guilds.settings.text import read_settings_text
from bot.guilds.settings.values import NO_PREFIX, Beginnings, Patterns, Prefix, Roles, SafePrompt, Words
from bot.moderation import TextRules

FROM_NEXT_BROADCAST = frozenset({"mode", "broadcasts_at_once", "minutes"})
"""Settings that are looked at when a broadcast starts. All others hold at once, also while one runs."""
TEXT_RULES = frozenset(
    {"prompt_limit", "blocked_words", "blocked_patterns", "allows_links", "allows_invites", "allows_mentions"}
)
"""What the text filter is made of."""
CHAT_BEGINNINGS = frozenset({"prefix", "other_prefixes"})
GROUP_LIMIT = 5
"""Settings in a group at most: a dialogue of Discord's has no more fields."""


class Group(Enum):
    """Settings as people meet them."""

    DECIDING = auto()
    SPEECH = auto()
    PACE = auto()
    PEOPLE = auto()
    LIMITS = auto()
    PANEL = auto()


def setting(default: Any, group: Group, **bounds: Any) -> Any:
    return Field(default, json_schema_extra={"group": group.name}, **bounds)


class GuildSettings(BaseModel):
    """All settings, each with its default and its range. Durations in seconds; roles by their ID."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Mode = setting(Mode.QUEUE, Group.DECIDING)
    vote_window_s: float = setting(20, Group.DECIDING, ge=5, le=120)
    ballot_share: int = setting(1, Group.DECIDING, ge=1, le=5)
    line_limit: int = setting(200, Group.DECIDING, ge=1, le=1000)
    line_limit_per_viewer: int = setting(3, Group.DECIDING, ge=1, le=50)
    blocked_words: Words = setting((), Group.SPEECH)
    blocked_patterns: Patterns = setting((), Group.SPEECH)
    allows_links: bool = setting(False, Group.SPEECH)
    allows_invites: bool = setting(False, Group.SPEECH)
    allows_mentions: bool = setting(False, Group.SPEECH)
    gap_s: float = setting(3, Group.PACE, ge=0, le=60)
    cooldown_s: float = setting(0, Group.PACE, ge=0, le=600)
    slow_mode_s: float = setting(0, Group.PACE, ge=0, le=60)
    repeat_window_s: float = setting(60, Group.PACE, ge=0, le=900)
    lifetime_s: float = setting(120, Group.PACE, ge=10, le=900)
    moderator_roles: Roles = setting((), Group.PEOPLE)
    starter_roles: Roles = setting((), Group.PEOPLE)
    bypass_roles: Roles = setting((), Group.PEOPLE)
    viewers_may_call_votes: bool = setting(False, Group.PEOPLE)
    pictures: Pictures = setting(Pictures.HOSTS, Group.PEOPLE)
    prompt_limit: int = setting(500, Group.LIMITS, ge=20, le=PROMPT_LIMIT)
    broadcasts_at_once: int = setting(5, Group.LIMITS, ge=1, le=50)
    minutes: int = setting(10, Group.LIMITS, ge=1, le=MINUTES_LIMIT)
    minutes_limit: int = setting(60, Group.LIMITS, ge=1, le=MINUTES_LIMIT)
    minutes_per_day: int = setting(0, Group.LIMITS, ge=0, le=1440)
    prefix: Prefix = setting("", Group.PANEL)
    other_prefixes: Beginnings = setting((), Group.PANEL)
    panel_follows_after: int = setting(10, Group.PANEL, ge=0, le=100)
    credits: bool = setting(True, Group.PANEL)
    safe_prompt: SafePrompt = setting("A calm, empty meadow under a clear sky", Group.PANEL)

    @field_validator("*", mode="before")
    @classmethod
    def _as_people_write_it(cls, value: Any, info: ValidationInfo) -> Any:
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and kind in (int, float):
            raise ValueError  # what it has to be is told
        if not isinstance(value, str):
            return value
        return value.strip().casefold() if kind in (bool, Mode, Pictures) else value.strip()

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
        return self.changed_all({name: text})

    def changed_all(self, values: Mapping[str, str | Sequence[str]]) -> GuildSettings:
        """The settings with these, as a moderator typed them or as lists. Raises `WrongSettingError`."""
        return _validated(self.model_dump(mode="json") | dict(values))

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


def group_of(field: FieldInfo) -> Group:
    extra = field.json_schema_extra
    assert isinstance(extra, dict)  # noqa: S101 - `setting` makes them all
    return Group[str(extra["group"])]


def setting_name(typed: str) -> str:
    """A setting's name as a moderator types it, or takes it from the list with its description."""
    return typed.partition(":")[0].strip().casefold().replace("-", "_").replace(" ", "_")


def _validated(values: dict[str, Any]) -> GuildSettings:
    try:
        return GuildSettings.model_validate(values)
    except ValidationError as error:
        raise complaint(GuildSettings, error) from None
