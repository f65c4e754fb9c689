"""Settings: read once, at start, from the environment or `.env`, into one frozen object."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.broadcast.limits.budget import STREAM_LIMIT_S
from bot.broadcast.limits.continuation import Continuation, RelayRules
from bot.process.archive_settings import ArchiveSettings
from bot.process.logs import LogLevel
from bot.process.setting_values import (
    PREFIX_LIMIT,
    auto_or_count,
    days,
    framing_sites,
    is_loopback,
    listening_host,
    networks,
    secret,
    tidied,
    typed_prefix,
    web_url,
)
from bot.storage.address import check_path, database_address

MOST_PATIENCE_S = 7 * 24 * 3600
SHORTEST_TOKEN = 16
"""Characters: a shorter one could be guessed."""
SHORTEST_ACCOUNT_SECRET = 24
"""The same, of what can be tried on a stolen copy of the database, as often as somebody likes."""


def _url(*schemes: str) -> AfterValidator:
    return AfterValidator(lambda value: None if value is None else web_url(value, schemes))


def _checked_by(check: Callable[[str], object]) -> AfterValidator:
    """The value as it is, once `check` can read it."""

    def checked(value: str | None) -> str | None:
        if value is not None:
            check(value)
        return value

    return AfterValidator(checked)


InCapitals = BeforeValidator(lambda value: str(value).upper())
InSmallLetters = BeforeValidator(lambda value: str(value).lower())
Secret = Annotated[SecretStr, AfterValidator(lambda value: SecretStr(secret(value.get_secret_value())))]


def _each_is_long(value: SecretStr) -> SecretStr:
    if any(len(each) < SHORTEST_ACCOUNT_SECRET for each in value.get_secret_value().split(",")):
        raise ValueError(
            f"must be of {SHORTEST_ACCOUNT_SECRET} characters at least, and so must each after a comma: "
            "take what openssl rand -hex 32 says"
        )
    return value


class DatabaseSettings(BaseSettings):
    """What `migrate` needs."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: Annotated[str, _checked_by(database_address)] = Field(
        "sqlite:///data/odyssey.sqlite3",
        validate_default=True,
        repr=False,  # a server's has a password
        description="Where everything is kept: a SQLite file, or a PostgreSQL server's database.",
    )
    backup_dir: Annotated[str | None, _checked_by(check_path)] = Field(
        None, description="Where the bot keeps copies of the database; unset means backups, beside it."
    )
    backup_days: int = Field(
        14, ge=0, le=3650, description="Days for which each night's copy is kept; 0 means that there is none."
    )
    log_level: Annotated[LogLevel, InCapitals] = Field("INFO", description="How much the log tells.")
    log_format: Annotated[Literal["text", "json"], InSmallLetters] = Field(
        "text", description="text for people, json for machines."
    )

    @property
    def backup_path(self) -> Path | None:
        """Where copies are kept; None for beside the database."""
        return Path(self.backup_dir) if self.backup_dir else None

    @property
    def secrets(self) -> list[str]:
        """What must stand in no log."""
        server = database_address(self.database_url).server
        return server.secrets if server else []

    @model_validator(mode="before")
    @classmethod
    def _tidied(cls, values: dict[str, Any]) -> dict[str, Any]:
        # An empty value counts as left out, and so does one that is nothing but blanks.
        tidy = {name: tidied(value) for name, value in values.items()}
        return {name: value for name, value in tidy.items() if value != ""}


Role = Literal["all", "web"]
"""What a process of a cluster does: all that there is to do, or to answer for the pages alone."""


class RoleSettings(DatabaseSettings):
    """What says which settings `run` needs."""

    role: Annotated[Role, InSmallLetters] = Field(
        "all",
        description="all, or web: a process of a cluster that serves pages and metrics, and no more.",
    )


class Settings(RoleSettings, ArchiveSettings):
    """What `run` needs."""

    discord_token: Secret = Field(description="The bot's token, from Discord's developer portal.")
    odyssey_api_key: Secret = Field(description="The Odyssey API key.")
    odyssey_api_url: Annotated[str, _url("http", "https")] = Field(
        "https://api.odyssey.ml", description="The Odyssey service, or a stand-in."
    )
    discord_api_url: Annotated[str | None, _url("http", "https")] = Field(
        None, description="A Discord-compatible REST API with its version; unset means Discord."
    )
    discord_gateway_url: Annotated[str | None, _url("ws", "wss")] = Field(
        None, validate_default=True, description="A Discord-compatible gateway; unset means Discord."
    )
    shards: Annotated[int | Literal["auto"], BeforeValidator(auto_or_count)] = Field(
        "auto", description="Into how many shards servers are dealt; auto: what Discord recommends."
    )
    account_secrets: Annotated[Secret, AfterValidator(_each_is_long)] | None = Field(
        None,
        description=(
            "Secrets that seal the Odyssey keys of servers' own, by commas: the first seals, all open; unset "
            "means that servers cannot have accounts of their own."
        ),
    )
    account_shared: Annotated[Literal["yes", "no"], InSmallLetters] = Field(
        "yes", description="Whether servers without an Odyssey account of their own use the operator's."
    )
    left_server_days: Annotated[int, BeforeValidator(days)] = Field(
        30,
        ge=0,
        le=3650,
        description="Days after which all of a server that removed the bot is deleted; 0 or never: none.",
    )
    web_host: Annotated[str, AfterValidator(listening_host)] = Field(
        "127.0.0.1", description="Address on which the watch page is served."
    )
    web_port: int = Field(8090, ge=0, le=65535, description="Port of the watch page.")
    public_url: Annotated[str | None, _url("http", "https")] = Field(
        None, description="The watch page as viewers reach it; unset means that they cannot."
    )
    trusted_proxies: Annotated[str, _checked_by(networks)] = Field(
        "127.0.0.0/8, ::1",
        description="Addresses or networks of proxies whose X-Forwarded-For is believed, or none.",
    )
    frame_ancestors: Annotated[str, _checked_by(framing_sites)] = Field(
        "none", description="Sites that may show the watch page in a frame, as https://example.org, or none."
    )
    pages_per_address: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Watch pages that one address may have open: a school has one.",
    )
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="Port of its own on which metrics are served; unset means none."
    )
    metrics_host: Annotated[str, AfterValidator(listening_host)] = Field(
        "127.0.0.1", description="Address on which that port is: whoever reaches it may read the metrics."
    )
    metrics_token: Secret | None = Field(
        None,
        min_length=SHORTEST_TOKEN,
        description="Serves metrics beside the watch page too, to who brings this token.",
    )
    chat_prefix: Annotated[str, AfterValidator(typed_prefix)] = Field(
        "!",
        min_length=1,
        max_length=PREFIX_LIMIT,
        description="What a chat message starts with to be a suggestion, where a server sets no other.",
    )
    concurrent_streams: int = Field(
        5, ge=1, le=1000, description="Streams that the plan allows at once; more starts wait in line."
    )
    stream_limit_s: float = Field(
        STREAM_LIMIT_S,
        ge=1,
        le=3600,
        description="Seconds that one stream lasts at most; when the service is shorter, that is learned.",
    )
    continuation: Annotated[Continuation, InSmallLetters] = Field(
        RelayRules().continuation,
        description=(
            "How a broadcast goes on after a stream: overlap takes a second slot for some seconds, and keeps "
            "one for that; sequential does without, with a gap; auto overlaps while a slot is free."
        ),
    )
    relay_tries: int = Field(
        RelayRules().tries,
        ge=0,
        le=100,
        description="How often in a row a broadcast tries to come back when its stream breaks off.",
    )
    resume_within_s: float = Field(
        600,
        ge=0,
        le=3600,
        description=(
            "Seconds after a crash, or a stop that hands over, within which broadcasts go on; older ones end."
        ),
    )
    cluster: bool = Field(
        False, description="Whether several processes are this bot, and share its PostgreSQL database."
    )
    recording_timeout_s: float = Field(
        600,
        gt=0,
        le=MOST_PATIENCE_S,
        description=(
            "Seconds after which it is said that there is no recording yet; it is awaited all the same."
        ),
    )

    on_stop: Annotated[Literal["hand-over", "end"], InSmallLetters] = Field(
        "hand-over",
        description=(
            "What becomes of broadcasts when the bot is stopped: hand-over lets its next run go on with "
            "them, end ends them."
        ),
    )
    database_patience_s: float = Field(
        600,
        ge=0,
        le=MOST_PATIENCE_S,
        description=(
            "Seconds for which what happened waits to be stored while the database is locked, full or away."
        ),
    )

    @field_validator("discord_gateway_url")
    @classmethod
    def _goes_with_the_api(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "discord_api_url" in info.data and (value is None) != (info.data["discord_api_url"] is None):
            raise ValueError("must be set together with DISCORD_API_URL, or not at all")
        return value

    @property
    def secrets(self) -> list[str]:
        """What must stand in no log."""
        given = [getattr(self, name) for name in type(self).model_fields]
        secrets = [value.get_secret_value() for value in given if isinstance(value, SecretStr)]
        return list(dict.fromkeys([*super().secrets, *secrets, *self.sealing_secrets]))

    @property
    def sealing_secrets(self) -> list[str]:
        """With which the keys of servers' own are sealed, the newest first; none, if they can have none."""
        return self.account_secrets.get_secret_value().split(",") if self.account_secrets else []

    @property
    def shard_count(self) -> int | None:
        """How many shards there are in all; None for as many as Discord recommends."""
        return None if self.shards == "auto" else self.shards

    @property
    def page_url(self) -> str:
        """Where watch links start for whoever can follow them, without a slash at the end."""
        return self.public_url or f"http://localhost:{self.web_port}"

    @property
    def watch_base_url(self) -> str | None:
        """Where watch links start, without a slash at the end; None where nobody could follow them.

        A link to this machine is good for those who are here: everybody, if Discord itself is.
        """
        is_discord_here = self.discord_api_url is not None and is_loopback(self.discord_api_url)
        return None if is_loopback(self.page_url) and not is_discord_here else self.page_url


class PageSettings(Settings):
    """What `run --role web` needs: it is not on Discord, so it has no token to lose."""

    discord_token: Secret = Field(SecretStr(""), description="Not asked for.")
