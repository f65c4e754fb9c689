"""What the cogs are given."""

import asyncio
import importlib
import pkgutil
from collections.abc import Iterator, Mapping, MutableMapping, MutableSequence, MutableSet, Set
from contextlib import suppress
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from pydantic import SecretStr

import cogs
from bot.app.wiring import run_bot
from bot.discord.bot import OdysseyBot
from bot.discord.connection import Connection
from bot.discord.services import Services
from bot.odyssey import Odyssey
from bot.process.settings import Settings

TOKEN, KEY = "token.of.the.bot", "ody_key_of_the_account"


async def opened_services(monkeypatch: pytest.MonkeyPatch, directory: Path) -> Services:
    """Those of a bot that runs, and then ended at once."""
    given: list[Services] = []

    async def stay(connection: Connection, services: Services, _: asyncio.Event) -> None:
        assert not connection.is_up
        given.append(services)

    monkeypatch.setattr(Connection, "stay", stay)
    settings = Settings(
        _env_file=None,
        discord_token=TOKEN,
        odyssey_api_key=KEY,
        odyssey_api_url="http://127.0.0.1:9",
        database_url=f"sqlite:///{directory / 'odyssey.sqlite3'}",
        web_port=0,
    )
    await run_bot(settings, asyncio.Event())
    return given[0]


def within(thing: object) -> Iterator[tuple[str, object]]:
    """What a thing has, by name: attributes, private ones too, and items."""
    if isinstance(thing, Mapping):
        yield from ((f"[{key!r}]", item) for key, item in thing.items())
    elif isinstance(thing, list | tuple | Set):
        yield from ((f"[{number}]", item) for number, item in enumerate(thing))
    else:
        slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
        named: dict[str, Any] = {}
        for name in slots:
            with suppress(Exception):  # what is made when it is asked for is not to be had of everything
                named[name] = getattr(thing, name)
        yield from ((f".{name}", item) for name, item in (named | getattr(thing, "__dict__", {})).items())


def secrets_in(root: object) -> list[str]:
    """The ways from a thing to a secret, but for those into the client, which signs what it sends."""
    found, seen, to_see = [], {id(root)}, [("", root)]
    kept = [root]  # an ID is one thing's for as long as that lives
    while to_see:
        path, thing = to_see.pop()
        if isinstance(thing, SecretStr | Settings) or (isinstance(thing, str) and thing in (TOKEN, KEY)):
            found.append(path)
            continue
        for name, item in within(thing):
            if id(item) not in seen and not isinstance(item, Odyssey | FunctionType | ModuleType | type):
                seen.add(id(item))
                kept.append(item)
                to_see.append((path + name, item))
    return found


async def test_nothing_in_the_services_leads_to_a_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Cogs get the settings that they need, neither the token nor the Odyssey key nor what has them."""
    services = await opened_services(monkeypatch, tmp_path)
    assert secrets_in(services) == []
    assert secrets_in([SecretStr(KEY), {"nested": (TOKEN,)}]) == ["[1]['nested'][0]", "[0]"]
    assert secrets_in(OdysseyBot(services)) == []


def kept_in(module: ModuleType) -> Iterator[str]:
    """What a module, or a class of it, has that is empty: to be filled."""
    own = [kind for kind in vars(module).values() if getattr(kind, "__module__", "") == module.__name__]
    for holder in (module, *(kind for kind in own if isinstance(kind, type))):
        for name, item in vars(holder).items():
            is_to_be_filled = isinstance(item, MutableMapping | MutableSequence | MutableSet) and not item
            if is_to_be_filled and not name.endswith("_"):  # those are Python's own
                yield f"{module.__name__}: {name}"


def test_two_bots_in_a_process_share_no_state() -> None:
    """What the cogs remember is a bot's own, no module's and no class's."""
    names = [found.name for found in pkgutil.walk_packages(cogs.__path__, "cogs.")]
    shared = [each for name in names for each in kept_in(importlib.import_module(name))]
    assert len(names) > 20
    assert shared == [], shared
