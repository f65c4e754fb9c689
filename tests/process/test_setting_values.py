"""Settings in the forms in which they are handed over."""

import os
from pathlib import Path

import pytest

from bot.broadcast.intake.prefixes import prompt_in_chat
from bot.kit.errors import StartError
from bot.process.given_settings import load_settings
from bot.process.setting_values import framing_sites, networks
from bot.process.settings import Settings
from cogs.wording.panel import how_to_steer

ZERO_WIDTH = "\u200b"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Only the two settings that have to be there."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    monkeypatch.setenv("ODYSSEY_API_KEY", "key")
    monkeypatch.chdir(tmp_path)


def loaded(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> object:
    """What becomes of one variable of the environment."""
    monkeypatch.setenv(name, value)
    return getattr(load_settings(Settings), name.lower())


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("PUBLIC_URL", " https://example.com/live/ ", "https://example.com/live"),
        ("PUBLIC_URL", '"https://example.com"', "https://example.com"),
        ("PUBLIC_URL", "HTTPS://Example.com:8443//", "https://example.com:8443"),
        ("PUBLIC_URL", "https://bücher.example", "https://xn--bcher-kva.example"),
        ("PUBLIC_URL", "http://[::1]:8090", "http://[::1]:8090"),
        ("PUBLIC_URL", "http://192.168.1.20:8090/", "http://192.168.1.20:8090"),
        ("ODYSSEY_API_URL", "http://odyssey_standin:9000/", "http://odyssey_standin:9000"),
        ("WEB_HOST", "[::1]", "::1"),
        ("WEB_HOST", " 0.0.0.0 ", "0.0.0.0"),
        ("WEB_HOST", "fe80::1%eth0", "fe80::1%eth0"),
        ("WEB_HOST", "localhost", "localhost"),
        ("WEB_PORT", "'8080' ", 8080),
        ("WEB_PORT", " ", 8090),
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("LOG_LEVEL", " 'Warning'", "WARNING"),
        ("LOG_FORMAT", "JSON", "json"),
        ("CHAT_PREFIX", " !", "!"),
        ("CHAT_PREFIX", '"!"', "!"),
        ("CHAT_PREFIX", "\n?\n", "?"),
        ("CHAT_PREFIX", f"{ZERO_WIDTH}>>", ">>"),
        ("CHAT_PREFIX", "  ", "!"),
        ("CHAT_PREFIX", "🎬", "🎬"),
        ("CHAT_PREFIX", "'", "'"),
        ("DATABASE_URL", " 'sqlite:///x.db?timeout=30' ", "sqlite:///x.db?timeout=30"),
    ],
)
def test_what_was_meant_is_taken(
    monkeypatch: pytest.MonkeyPatch, name: str, written: str, meant: object
) -> None:
    """Blanks, quotes, capitals and slashes that programs and people leave do not count."""
    assert loaded(monkeypatch, name, written) == meant


@pytest.mark.parametrize(
    ("public", "discord", "base"),
    [
        ("", "", None),
        ("http://localhost:8090", "", None),
        ("http://LOCALHOST.", "", None),
        ("http://bot.localhost:8090", "", None),
        ("https://127.9.9.9/live", "", None),
        ("http://[::1]:8090", "", None),
        ("http://[::ffff:127.0.0.1]:8090", "", None),
        ("http://0.0.0.0:8090", "", None),
        ("https://watch.example.org/live/", "", "https://watch.example.org/live"),
        ("http://192.168.1.20:8090", "", "http://192.168.1.20:8090"),
        ("https://localhost.example.org", "", "https://localhost.example.org"),
        ("", "http://127.0.0.1:5000/api/v10", "http://localhost:8090"),
        ("http://127.0.0.1:8091", "http://localhost:5000/api/v10", "http://127.0.0.1:8091"),
        ("http://127.0.0.1:8091", "https://discord.example.org/api/v10", None),
    ],
)
def test_watch_links_are_such_as_others_can_follow(
    monkeypatch: pytest.MonkeyPatch, public: str, discord: str, base: str | None
) -> None:
    """This machine is nowhere to them, unless Discord itself is here too, as in the demo."""
    if discord:
        monkeypatch.setenv("DISCORD_API_URL", discord)
        monkeypatch.setenv("DISCORD_GATEWAY_URL", "ws://localhost:5000/gateway")
    monkeypatch.setenv("PUBLIC_URL", public)
    assert load_settings(Settings).watch_base_url == base


@pytest.mark.parametrize("name", ["PUBLIC_URL", "ODYSSEY_API_URL", "DISCORD_API_URL"])
@pytest.mark.parametrize(
    "value",
    [
        "example.com",
        "example.com:8090",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://-",
        "https://-a.example",
        "https://a-.example",
        "https://a..example",
        "https://.",
        "https://exam ple.com",
        "https://example.com/a b",
        "https://example.com/?a=b",
        "https://example.com/#top",
        "https://me:word@example.com",
        "https://example.com:0",
        "https://example.com:99999",
        "https://example.com:port",
        "https://" + "a" * 64 + ".example",
        "https://" + ".".join(["a" * 60] * 5),
        "https://ex*mple.com",
        "https://<host>",
        "https://256.1.1.1",
        "https://1.2.3",
        "https://[::g]",
        "https://[::1",
        "https://example.com/" + "a" * 400,
        "https://a\\b",
    ],
)
def test_a_url_that_leads_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """At the start, by its name, and without a word of what may be a password in it."""
    with pytest.raises(StartError, match=f"- {name} must be") as caught:
        loaded(monkeypatch, name, value)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHAT_PREFIX", "/"),
        ("CHAT_PREFIX", "@bot"),
        ("CHAT_PREFIX", "<"),
        ("CHAT_PREFIX", "`"),
        ("CHAT_PREFIX", "!`"),
        ("CHAT_PREFIX", f"!{ZERO_WIDTH}!"),
        ("CHAT_PREFIX", "a b"),
        ("CHAT_PREFIX", "\u3164"),
        ("CHAT_PREFIX", "!\u202e"),
        ("CHAT_PREFIX", "!" * 21),
        ("WEB_HOST", "http://127.0.0.1"),
        ("WEB_HOST", "127.0.0.1:8090"),
        ("WEB_HOST", "a" * 70),
        ("WEB_HOST", "[::1"),
        ("WEB_HOST", "my host"),
        ("WEB_HOST", "300.1.1.1"),
        ("WEB_PORT", "65536"),
        ("WEB_PORT", "tcp://10.0.0.1:8090"),
        ("LOG_LEVEL", "loud"),
        ("RECORDING_TIMEOUT_S", "inf"),
        ("RECORDING_TIMEOUT_S", "nan"),
        ("RECORDING_TIMEOUT_S", "1e18"),
        ("DISCORD_TOKEN", "Bot abc"),
        ("DISCORD_TOKEN", "abc\ndef"),
        ("ODYSSEY_API_KEY", "schlüssel"),
        ("ODYSSEY_API_KEY", "a\x00b".replace("\x00", "\x07")),
        ("DATABASE_URL", "postgresql://host"),
        ("DATABASE_URL", "sqlite:///"),
        ("DATABASE_URL", "sqlite:///x.db?timeout=abc"),
        ("DATABASE_URL", "sqlite:///x.db?timeout=-1"),
        ("DATABASE_URL", "sqlite:///x.db?timeout=inf"),
        ("DATABASE_URL", "sqlite:///x.db?timeout="),
        ("DATABASE_URL", "sqlite:///x.db?timeout=1&timeout=2"),
        ("DATABASE_URL", "sqlite:///x.db?nonsense=1"),
        ("DATABASE_URL", "sqlite:///x.db?mode=ro"),
        ("DATABASE_URL", "sqlite:///x?.db"),
        ("DATABASE_URL", "sqlite:///file:x.db?mode=ro&uri=true"),
        ("DATABASE_URL", "sqlite:///file:x.db"),
        ("DATABASE_URL", "sqlite:///$HOME/x.db"),
        ("DATABASE_URL", "sqlite:////srv/${NAME}/x.db"),
        ("DATABASE_URL", "sqlite:///%USERPROFILE%/x.db"),
        ("DATABASE_URL", "sqlite:///~/x.db"),
        ("DATABASE_URL", "sqlite:///a%00b"),
        ("DATABASE_URL", "sqlite:///a%ffb"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """It is checked by what will be done with it; nothing is taken that would mean nothing."""
    with pytest.raises(StartError, match=f"- {name} ") as caught:
        loaded(monkeypatch, name, value)
    assert "schlüssel" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["!", "?", ">>", "go", "🎬", "*", "ÄÖ", "'"])
def test_a_prefix_that_is_taken_is_heard(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    """What the panel tells people to type is a suggestion."""
    taken = loaded(monkeypatch, "CHAT_PREFIX", prefix)
    assert isinstance(taken, str)
    shown = how_to_steer(taken, reads_chat=True)
    assert (prompt_in_chat(shown.split("`")[1], taken) or "").strip() == "your idea"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_a_file_written_on_windows_is_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, encoding: str
) -> None:
    """Notepad and PowerShell write these; the first name in it counts too."""
    monkeypatch.delenv("DISCORD_TOKEN")
    (tmp_path / ".env").write_bytes("DISCORD_TOKEN=from-file\r\nCHAT_PREFIX=é\r\n".encode(encoding))
    settings = load_settings(Settings)
    assert (settings.discord_token.get_secret_value(), settings.chat_prefix) == ("from-file", "é")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Another encoding, no text at all, or a folder, which Docker makes where a file to mount is missing."""
    path = tmp_path / ".env"
    path.write_bytes("# für uns\nWEB_PORT=1".encode("latin-1"))
    with pytest.raises(StartError, match=r"The file \.env is not UTF-8 \(see line 1\)"):
        load_settings(Settings)
    path.write_bytes(b"SQLite format 3\0")
    with pytest.raises(StartError, match=r"The file \.env is no text file"):
        load_settings(Settings)
    path.unlink()
    path.mkdir()
    with pytest.raises(StartError, match=r"The file \.env cannot be read: Is a directory"):
        load_settings(Settings)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    """It is not taken for a file that is not there."""
    (tmp_path / ".env").write_text("WEB_PORT=1")
    (tmp_path / ".env").chmod(0)
    with pytest.raises(StartError, match=r"The file \.env cannot be read: Permission denied"):
        load_settings(Settings)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("127.0.0.0/8, ::1", ["127.0.0.0/8", "::1/128"]),
        ("10.0.0.7  192.168.0.0/16,", ["10.0.0.7/32", "192.168.0.0/16"]),
        ("None", []),
    ],
)
def test_networks_may_be_listed_in_any_way(written: str, meant: list[str]) -> None:
    """With commas, blanks or both; a single address is a network too."""
    assert [str(network) for network in networks(written)] == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("none", []),
        ("https://a.example, https://*.b.example:8443", ["https://a.example", "https://*.b.example:8443"]),
        ("http://localhost:3000", ["http://localhost:3000"]),
    ],
)
def test_sites_that_may_frame_the_page_may_be_listed_in_any_way(written: str, meant: list[str]) -> None:
    """A whole domain too."""
    assert framing_sites(written) == meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "proxy"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "none, 10.0.0.1"),
        ("FRAME_ANCESTORS", "a.example"),
        ("FRAME_ANCESTORS", "*"),
        ("FRAME_ANCESTORS", "https://*"),
        ("FRAME_ANCESTORS", "https://a.example/path"),
        ("FRAME_ANCESTORS", "https://a.example; script-src *"),
        ("FRAME_ANCESTORS", "'self'"),
        ("PAGES_PER_ADDRESS", "0"),
    ],
)
def test_what_would_open_too_much_or_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """At the start, by its name."""
    with pytest.raises(StartError, match=f"- {name} "):
        loaded(monkeypatch, name, value)
