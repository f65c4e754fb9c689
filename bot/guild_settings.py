"""A server's own rules: what its moderators can set, with defaults, ranges and an explanation of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, field_validator

from bot.broadcast.arbitration.arbiter import ArbitrationSettings
from bot.broadcast.arbitration.line import LineLimits
from bot.broadcast.arbitration.policy import Mode, PolicySettings
from bot.broadcast.budget import Budget
from bot.broadcast.intake import IntakeRules
from bot.broadcast.prefixes import Prefixes, is_same
from bot.broadcast.prompts import PROMPT_LIMIT
from bot.guild_setting_complaints import complaint, wrong_setting
from bot.guild_setting_groups import Group, group_of, setting
from bot.guild_setting_values import NO_PREFIX, Beginnings, Patterns, Prefix, Roles, SafePrompt, Words
from bot.guild_settings_text import read_settings_text

FROM_NEXT_BROADCAST = frozenset({"mode", "broadcasts_at_once"})
"""Settings that are looked at when a broadcast starts. All others hold at once, also while one runs."""
TEXT_RULES = frozenset(
    {"prompt_limit", "blocked_words", "blocked_patterns", "allows_links", "allows_invites", "allows_mentions"}
)
"""What the text filter is made of."""
CHAT_BEGINNINGS = frozenset({"prefix", "other_prefixes"})


class GuildSettings(BaseModel):
    """One server's settings. Durations in seconds; roles by their ID."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    mode: Mode = setting(
        Mode.QUEUE,
        Group.DECIDING,
        "How it is decided what happens next",
        "queue: by turns; vote: by a ballot; draw: by lot; host: moderators approve",
    )
    vote_window_s: float = setting(
        20,
        Group.DECIDING,
        "Seconds that a ballot is open",
        "For voting on the next suggestion",
        ge=5,
        le=120,
    )
    ballot_share: int = setting(
        1,
        Group.DECIDING,
        "Suggestions of one person on a ballot",
        "Of the five at most; further ones of theirs wait for a place",
        ge=1,
        le=5,
    )
    line_limit: int = setting(
        200,
        Group.DECIDING,
        "Suggestions that may wait at once",
        "Of everybody together; further ones are refused until there is room",
        ge=1,
        le=1000,
    )
    line_limit_per_viewer: int = setting(
        3,
        Group.DECIDING,
        "Suggestions of one person that may wait",
        "Further ones of theirs are refused until one has had its turn",
        ge=1,
        le=50,
    )
    blocked_words: Words = setting(
        (),
        Group.SPEECH,
        "Blocked words and phrases",
        "Refused however they are spelt; word* blocks what begins so; with commas, or one a line",
    )
    blocked_patterns: Patterns = setting(
        (),
        Group.SPEECH,
        "Blocked patterns",
        "Regular expressions (RE2) that are refused; with ; between, or one a line",
    )
    allows_links: bool = setting(
        False, Group.SPEECH, "Links are allowed", "Whether suggestions may have links"
    )
    allows_invites: bool = setting(
        False, Group.SPEECH, "Invites are allowed", "Whether suggestions may have invites to Discord servers"
    )
    allows_mentions: bool = setting(
        False, Group.SPEECH, "Mentions are allowed", "Whether suggestions may mention people or roles"
    )
    gap_s: float = setting(
        3,
        Group.PACE,
        "Seconds between two changes of the world",
        "So much time each suggestion has in the picture, at least",
        ge=0,
        le=60,
    )
    cooldown_s: float = setting(
        0,
        Group.PACE,
        "Seconds between two suggestions of a person",
        "Until then, further ones of theirs are refused; 0: no wait",
        ge=0,
        le=600,
    )
    slow_mode_s: float = setting(
        0,
        Group.PACE,
        "Seconds between two suggestions of anybody",
        "Slow mode for everybody together; 0: no wait",
        ge=0,
        le=60,
    )
    repeat_window_s: float = setting(
        60,
        Group.PACE,
        "Seconds until the same may be said again",
        "Until then, who repeats what somebody suggested is refused; 0: no wait",
        ge=0,
        le=900,
    )
    lifetime_s: float = setting(
        120,
        Group.PACE,
        "Seconds after which a suggestion is stale",
        "What has waited for longer is dropped, and its author told",
        ge=10,
        le=900,
    )
    moderator_roles: Roles = setting(
        (), Group.PEOPLE, "Who moderates", "Roles that do, besides everybody who may manage messages"
    )
    starter_roles: Roles = setting(
        (), Group.PEOPLE, "Who may start broadcasts", "Roles that may, besides moderators; none: everyone"
    )
    bypass_roles: Roles = setting(
        (),
        Group.PEOPLE,
        "Whom no filter holds",
        "Roles without filter, cooldown and slow mode, as moderators",
    )
    viewers_may_call_votes: bool = setting(
        False,
        Group.PEOPLE,
        "Viewers may vote on the mode",
        "Whether they may call votes, by /odyssey callvote",
    )
    prompt_limit: int = setting(
        500, Group.LIMITS, "Characters in a suggestion", "At most", ge=20, le=PROMPT_LIMIT
    )
    broadcasts_at_once: int = setting(
        5, Group.LIMITS, "Broadcasts at once", "In all channels of this server together, at most", ge=1, le=50
    )
    broadcast_limit_s: float = setting(
        0,
        Group.LIMITS,
        "Seconds of a broadcast",
        "At most; 0: as long as the service lets it",
        ge=0,
        le=86_400,
    )
    minutes_per_day: int = setting(
        0,
        Group.LIMITS,
        "Minutes of broadcast a day",
        "All broadcasts of a day (UTC) together, at most; 0: any number",
        ge=0,
        le=1440,
    )
    prefix: Prefix = setting(
        "",
        Group.PANEL,
        "What a suggestion in chat starts with",
        "Empty: the bot's own; none: only mentions, replies, buttons and commands suggest",
    )
    other_prefixes: Beginnings = setting(
        (),
        Group.PANEL,
        "What is said to other bots",
        "What starts with one of these is no suggestion, such as !play !! ? /",
    )
    safe_prompt: SafePrompt = setting(
        "A calm, empty meadow under a clear sky",
        Group.PANEL,
        "What Panic shows",
        "The prompt that the panic button sends into the world",
    )

    @property
    def arbitration(self) -> ArbitrationSettings:
        """What these settings say of deciding."""
        return ArbitrationSettings(
            mode=self.mode,
            gap=timedelta(seconds=self.gap_s),
            limits=LineLimits(
                total=self.line_limit,
                per_viewer=self.line_limit_per_viewer,
                lifetime=timedelta(seconds=self.lifetime_s),
            ),
            policy=PolicySettings(
                vote_window=timedelta(seconds=self.vote_window_s), ballot_share=self.ballot_share
            ),
        )

    @property
    def budget(self) -> Budget:
        """What these settings say of the server's share."""
        longest = timedelta(seconds=self.broadcast_limit_s) if self.broadcast_limit_s else None
        per_day = timedelta(minutes=self.minutes_per_day) if self.minutes_per_day else None
        return Budget(at_once=self.broadcasts_at_once, longest=longest, per_day=per_day)

    @property
    def intake(self) -> IntakeRules:
        """What these settings say of taking suggestions."""
        return IntakeRules(
            prompt_limit=self.prompt_limit,
            repeat_window=timedelta(seconds=self.repeat_window_s),
            cooldown=timedelta(seconds=self.cooldown_s),
            slow_mode=timedelta(seconds=self.slow_mode_s),
        )

    def prefixes(self, default: str) -> Prefixes:
        """What these settings say of what is heard in chat; `default` is the operator's prefix.

        A prefix that is another bot's too, as an operator may make it later, is not ours.
        """
        own = "" if self.prefix == NO_PREFIX else self.prefix or default
        is_taken = own and any(is_same(own, other) for other in self.other_prefixes)
        return Prefixes("" if is_taken else own, self.other_prefixes)

    @field_validator("*", mode="before")
    @classmethod
    def _as_people_write_it(cls, value: Any, info: ValidationInfo) -> Any:
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and kind in (int, float):
            raise ValueError("is no number")
        if not isinstance(value, str):
            return value
        return value.strip().casefold() if kind in (bool, Mode) else value.strip()

    def changed(self, name: str, text: str) -> GuildSettings:
        """The settings with one of them as a moderator typed it. Raises WRONG_SETTING."""
        name = setting_name(name)
        if not name:
            raise wrong_setting("name", "say which setting")
        if name not in GuildSettings.model_fields:
            raise wrong_setting(name, "there is no such setting")
        return self.changed_all({name: text})

    def changed_all(self, texts: Mapping[str, str]) -> GuildSettings:
        """The settings with these as a moderator typed them. Raises WRONG_SETTING."""
        return _validated(self.model_dump(mode="json") | dict(texts))

    def with_words(self, words: Sequence[str]) -> GuildSettings:
        """The settings with these words blocked. Raises WRONG_SETTING."""
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
        """Settings from a JSON object; what it leaves out has its default. Raises WRONG_SETTING."""
        try:
            values = read_settings_text(text)
        except ValueError as error:
            raise wrong_setting("file", str(error)) from None
        return _validated(values)


def setting_name(typed: str) -> str:
    """A setting's name as a moderator types it, or takes it from the list with its description."""
    return typed.partition(":")[0].strip().casefold().replace("-", "_").replace(" ", "_")


def _validated(values: dict[str, Any]) -> GuildSettings:
    try:
        return GuildSettings.model_validate(values)
    except ValidationError as error:
        raise complaint(GuildSettings, error) from None
