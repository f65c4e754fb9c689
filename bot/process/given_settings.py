"""Reading the settings from the environment and `.env`, with a complaint about each that is wrong."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from dotenv import dotenv_values
from pydantic import ValidationError

from bot.kit.decoding import decoded
from bot.kit.errors import StartError
from bot.process.setting_values import tidied
from bot.process.settings import DatabaseSettings, Settings

S = TypeVar("S", bound=DatabaseSettings)

ENV_FILE = Path(".env")
LIKENESS = 0.8
"""From which on a variable of another name is taken for a misspelt setting: of 1 at most."""

_TOGETHER = {"discord_api_url", "discord_gateway_url"}
"""With one of the two alone, the token would go to the wrong Discord."""


@dataclass(frozen=True, slots=True)
class ReadSettings(Generic[S]):
    """The settings, and what is wrong with them, for an operator.

    What is `unknown` cannot be read: it has its default in `settings`, or one that nobody could use.
    """

    settings: S
    complaints: Sequence[str]
    unknown: frozenset[str]


def load_settings(kind: type[S]) -> S:
    """Reads the settings. Raises `StartError` with one message that names all that is missing or wrong."""
    read = read_settings(kind)
    if not read.complaints:
        return read.settings
    lines = "\n".join(f"  - {line}" for line in [*read.complaints, *misspelt_names()])
    raise StartError(
        f"The bot cannot start, because of its settings:\n{lines}\n"
        "Set them in the environment or in a file named .env; .env.example explains each."
    )


def read_settings(kind: type[S]) -> ReadSettings[S]:
    """Reads what can be read. Raises `StartError` where the file cannot be."""
    environment, from_file = _set_in_environment(), _read(ENV_FILE)
    wanted = kind.model_fields.keys() & from_file.keys() - environment
    given = {name: from_file[name] for name in wanted}
    complaints: list[str] = []
    unknown: set[str] = set()
    while True:
        try:
            return ReadSettings(kind(**given), complaints, frozenset(unknown))
        except ValidationError as error:
            found = error.errors()
        # What others say of a value that is taken out is no complaint.
        complaints = complaints or [
            _complaint(kind, each["loc"], each["msg"], each["type"]) for each in found
        ]
        wrong = {str(each["loc"][0]) for each in found if each["loc"]} - unknown
        if not wrong:
            raise StartError("\n".join(complaints))
        unknown |= wrong | (_TOGETHER if wrong & _TOGETHER else set())
        given |= {name: _unusable(kind, name) for name in unknown & kind.model_fields.keys()}


def _unusable(kind: type[DatabaseSettings], name: str) -> Any:
    field = kind.model_fields[name]
    return "-" if field.is_required() else field.get_default()


def misspelt_names() -> list[str]:
    """A complaint about each variable that is no setting, but looks like one that is not set."""
    given = {name.upper() for name in _set_in_environment() | _read(ENV_FILE).keys()}
    known = {name.upper() for name in Settings.model_fields}
    looked_for = {
        name: get_close_matches(name, known - given, n=1, cutoff=LIKENESS) for name in sorted(given - known)
    }
    return [
        f"{name} is no setting of the bot. Is {meant[0]} meant?"
        for name, meant in looked_for.items()
        if meant
    ]


def secrets_given() -> list[str]:
    """Tokens and keys as they are given, whether they can be used or not: to be masked."""
    given = {name.lower(): value for name, value in os.environ.items()}
    with suppress(StartError):
        given = _read(ENV_FILE) | given
    secret = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    return [tidied(given[name]) for name in secret if given.get(name)]


def _set_in_environment() -> set[str]:
    return {name.lower() for name, value in os.environ.items() if tidied(value)}


def _read(path: Path) -> dict[str, Any]:
    """What the file sets, by lower-case names. It is there in whatever encoding editors and shells write."""
    try:
        text = decoded(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StartError(f"The file {path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise StartError(f"The file {path} {error}.") from None
    return {name.lower(): value for name, value in dotenv_values(stream=StringIO(text)).items() if value}


def _complaint(kind: type[DatabaseSettings], location: tuple[int | str, ...], problem: str, code: str) -> str:
    if not location:
        return problem.removeprefix("Value error, ")
    name = str(location[0])
    if code == "missing":
        return f"{name.upper()} is missing. {kind.model_fields[name].description}"
    return f"{name.upper()} {_plain(problem)}"


def _plain(problem: str) -> str:
    text = problem.removeprefix("Value error, ").removeprefix("Input ")
    return text if text.startswith("must") else f"is wrong: {text[:1].lower()}{text[1:]}"
