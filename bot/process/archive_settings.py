"""Settings of the archive."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from bot.archive.address import ArchiveAddress, address_beside, archive_address
from bot.archive.objects import Access
from bot.process.setting_values import secret, web_url
from bot.storage.address import database_address

GB = 10**9
MOST_GB = 1_000_000


def _read(url: str | None) -> str | None:
    if url is not None:
        archive_address(url)
    return url


def _web_url(url: str | None) -> str | None:
    return None if url is None else web_url(url, ("http", "https"))


Secret = Annotated[SecretStr, AfterValidator(lambda value: SecretStr(secret(value.get_secret_value())))]


class ArchiveSettings(BaseSettings):
    """Where recordings are kept, and for how long."""

    archive_url: Annotated[str | None, AfterValidator(_read)] = Field(
        None,
        description="Where recordings are kept: a folder, or s3://bucket/prefix; unset means archive, beside "
        "the database.",
    )
    archive_reserve_gb: float = Field(
        1, ge=0, le=MOST_GB, description="Gigabytes of the disk that recordings leave to all else."
    )
    archive_keep_days: int = Field(
        0, ge=0, le=36500, description="Days for which recordings are kept; 0 means for ever."
    )
    archive_keep_gb: float = Field(
        0, ge=0, le=MOST_GB, description="Gigabytes that recordings take at most; 0 means any number."
    )
    archive_keep_streams: Annotated[
        Literal["always", "until-film"], BeforeValidator(lambda value: str(value).lower())
    ] = Field(
        "always",
        description="Whether videos of single streams stay beside the film, or go once it was verified.",
    )
    aws_access_key_id: str | None = Field(None, description="The key of the bucket; unset means a role's.")
    aws_secret_access_key: Secret | None = Field(None, description="The secret of that key.")
    aws_session_token: Secret | None = Field(None, description="The token of a key that is lent for a while.")
    aws_region: str | None = Field(None, description="The region of the bucket.")
    aws_endpoint_url: Annotated[str | None, AfterValidator(_web_url)] = Field(
        None, description="The S3 service, if that is not Amazon's."
    )

    def archive_address(self, database_url: str) -> ArchiveAddress:
        """Where the archive is of the bot with this database."""
        if self.archive_url is None:
            return address_beside(database_address(database_url).folder)
        return archive_address(self.archive_url)

    @property
    def archive_access(self) -> Access:
        return Access(
            self.aws_access_key_id,
            _told(self.aws_secret_access_key),
            _told(self.aws_session_token),
            self.aws_region,
            self.aws_endpoint_url,
        )


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
