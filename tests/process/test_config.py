"""Settings."""

import re
from pathlib import Path

import pytest

from bot.kit.errors import StartError
from bot.odyssey.client import DEFAULT_API_URL
from bot.process.given_settings import load_settings, misspelt_names, read_settings
from bot.process.settings import DatabaseSettings, Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting is there unless the test sets it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_one_message_names_everything_that_is_missing_or_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator mends all of it at once."""
    monkeypatch.setenv("ODYSSEY_API_URL", "ftp://odyssey")
    monkeypatch.setenv("WEB_PORT", "many")
    monkeypatch.setenv("LOG_FORMAT", "xml")
    monkeypatch.setenv("DATABASE_URL", "mysql://x")
    monkeypatch.setenv("DISCORD_API_URL", "http://127.0.0.1:1/api/v10")
    with pytest.raises(StartError) as caught:
        load_settings(Settings)
    message = str(caught.value)
    for name in (
        "DISCORD_TOKEN",
        "ODYSSEY_API_KEY",
        "ODYSSEY_API_URL",
        "WEB_PORT",
        "LOG_FORMAT",
        "DATABASE_URL",
        "DISCORD_GATEWAY_URL",
    ):
        assert f"- {name} " in message
    assert ".env.example" in message


def test_settings_come_from_the_environment_before_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`.env` fills what the environment leaves out; an empty variable counts as left out."""
    (tmp_path / ".env").write_text("DISCORD_TOKEN=from-file\nODYSSEY_API_KEY=key-from-file\nWEB_PORT=1234\n")
    monkeypatch.setenv("ODYSSEY_API_KEY", " key-from-environment ")
    monkeypatch.setenv("WEB_PORT", "")
    settings = load_settings(Settings)
    assert settings.discord_token.get_secret_value() == "from-file"
    assert settings.odyssey_api_key.get_secret_value() == "key-from-environment"
    assert settings.web_port == 1234


def test_secrets_are_in_neither_repr_nor_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings, or getting one wrong, gives nothing away."""
    monkeypatch.setenv("DISCORD_TOKEN", "very-secret-token")
    monkeypatch.setenv("ODYSSEY_API_KEY", "very-secret-key")
    assert "very-secret" not in repr(load_settings(Settings))
    monkeypatch.setenv("WEB_PORT", "-1")
    with pytest.raises(StartError) as caught:
        load_settings(Settings)
    assert "very-secret" not in str(caught.value)


def test_migrating_needs_neither_token_nor_key() -> None:
    """`python -m bot migrate` runs before anything else is set."""
    assert load_settings(DatabaseSettings).database_url.startswith("sqlite")


def written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value}"


def test_every_setting_is_documented() -> None:
    """`.env.example` has each setting, with its default, and none that does not exist."""
    documented = dict(re.findall(r"^#? ?([A-Z_]+)=(.*)", EXAMPLE.read_text(), re.MULTILINE))
    assert documented == {
        name.upper(): "" if field.is_required() or field.default is None else written(field.default)
        for name, field in Settings.model_fields.items()
    }
    assert all(field.description for field in Settings.model_fields.values())


def test_the_service_is_where_the_client_says() -> None:
    """Its address stands in the settings too: they are read before the client is loaded, which takes long."""
    assert Settings.model_fields["odyssey_api_url"].default == DEFAULT_API_URL


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DISCORD_TOKN", "DISCORD_TOKEN"),
        ("ODYSSEY_KEY", "ODYSSEY_API_KEY"),
        ("discord_tokens", "DISCORD_TOKEN"),
        ("PUBLC_URL", "PUBLIC_URL"),
    ],
)
@pytest.mark.parametrize("is_in_file", [False, True])
def test_a_misspelt_setting_gets_a_hint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, meant: str, is_in_file: bool
) -> None:
    """In the environment or in the file: its name is told with what was meant, and never its value."""
    if is_in_file:
        (tmp_path / ".env").write_text(f"{name}=very-secret\n")
    else:
        monkeypatch.setenv(name, "very-secret")
    [complaint] = misspelt_names()
    assert complaint == f"{name.upper()} is no setting of the bot. Is {meant} meant?"
    with pytest.raises(StartError) as caught:
        load_settings(Settings)
    assert f"  - {complaint}" in str(caught.value)
    assert "very-secret" not in str(caught.value)


def test_what_looks_like_no_setting_or_like_one_that_is_set_gets_no_hint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An environment is full of other programs' variables."""
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    for name in ("DISCORD_TOKEN_2", "PORT", "HOME_URL", "LOGNAME", "CHAT_MODEL", "PUBLIC_URL"):
        monkeypatch.setenv(name, "https://example.com")
    assert misspelt_names() == []


def test_what_can_be_read_is_read_whatever_else_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong value has its default, and is named once; of the two that go together both are unknown."""
    monkeypatch.setenv("ODYSSEY_API_KEY", "schlüssel")
    monkeypatch.setenv("WEB_PORT", "many")
    monkeypatch.setenv("CHAT_PREFIX", "?")
    monkeypatch.setenv("DISCORD_API_URL", "ftp://x")
    monkeypatch.setenv("DISCORD_GATEWAY_URL", "ws://127.0.0.1:1")
    read = read_settings(Settings)
    assert (read.settings.web_port, read.settings.chat_prefix) == (8090, "?")
    assert read.settings.discord_gateway_url is None
    assert read.unknown == {
        "discord_token",
        "odyssey_api_key",
        "web_port",
        "discord_api_url",
        "discord_gateway_url",
    }
    assert [line.split()[0] for line in sorted(read.complaints)] == [
        "DISCORD_API_URL",
        "DISCORD_TOKEN",
        "ODYSSEY_API_KEY",
        "WEB_PORT",
    ]
    assert "schlüssel" not in "".join(read.complaints)


@pytest.mark.parametrize("given", ["DISCORD_API_URL", "DISCORD_GATEWAY_URL"])
def test_half_of_another_discord_is_none(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """So that the token of the one is never shown to the other."""
    monkeypatch.setenv(given, "http://127.0.0.1:1/api/v10" if "API" in given else "ws://127.0.0.1:1")
    read = read_settings(Settings)
    assert {"discord_api_url", "discord_gateway_url"} <= read.unknown
    assert any("must be set together" in line for line in read.complaints)
