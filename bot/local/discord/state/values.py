"""What passes between the world and those who use it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from simcord.backend.errors import BackendError
from simcord.backend.models import Interaction

Json = dict[str, Any]

# Kinds of interactions and of application commands, as Discord numbers them.
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3


class ApiError(Exception):
    """An answer of Discord's API that is not a success: HTTP `status` and JSON `body` (`code`, `message`)."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status} ({body.get('code')}): {body.get('message')}")
        self.status = status
        self.body = body


@dataclass(slots=True)
class Upload:
    """One file of a multipart request, in the shape that simcord's routes read."""

    filename: str
    data: bytes
    description: str | None = None
    fp: io.BytesIO = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.fp = io.BytesIO(self.data)


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A person (or the bot) as others see them."""

    id: int
    name: str
    display_name: str
    is_bot: bool
    is_moderator: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """How the bot answered first: with a message (its own or the clicked one), a modal, or choices."""

    message_id: int | None
    modal: Json | None
    choices: list[Json]


def answered_by(record: Interaction) -> Answered:
    return Answered(record.message_id, record.modal, list(record.autocomplete_choices or []))


@contextmanager
def as_api_errors() -> Iterator[None]:
    """Turns simcord's refusals into `ApiError`."""
    try:
        yield
    except BackendError as error:
        raise ApiError(error.status, error.to_json()) from error
