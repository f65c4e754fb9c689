"""The doctor explains what was planted."""

from collections.abc import Awaitable, Callable

import pytest

from bot.doctor import report
from bot.doctor.finding import Level
from tests.doctor import faults
from tests.doctor.conftest import Patient, told

Plant = Callable[[Patient], Awaitable[None]]
FAULTS: list[tuple[Plant, Level, str, str, str]] = [
    (faults.wrong_token, Level.ERROR, "discord", "Discord refused DISCORD_TOKEN", "Reset Token"),
    (faults.token_missing, Level.ERROR, "settings", "DISCORD_TOKEN is missing", ".env.example"),
    (faults.wrong_key, Level.ERROR, "odyssey", "refuses ODYSSEY_API_KEY", "Copy the key anew"),
    (faults.key_with_odd_characters, Level.ERROR, "settings", "ODYSSEY_API_KEY must be one word", ".env"),
    (faults.account_disabled, Level.ERROR, "odyssey", "Account disabled", "Ask Odyssey"),
    (faults.service_fails, Level.ERROR, "odyssey", "The service failed", "Check the network"),
    (faults.service_is_another, Level.ERROR, "odyssey", "", "ODYSSEY_API_URL"),
    (faults.service_away, Level.ERROR, "odyssey", "could not be reached", "ODYSSEY_API_URL"),
    (faults.discord_away, Level.ERROR, "discord", "Discord cannot be reached", "DISCORD_API_URL"),
    (
        faults.discord_without_gateway,
        Level.ERROR,
        "settings",
        "must be set together with DISCORD_API_URL",
        ".env",
    ),
    (faults.wrong_gateway, Level.ERROR, "gateway", "No gateway answers", "DISCORD_GATEWAY_URL"),
    (faults.sessions_used_up, Level.WARNING, "gateway", "3 more sessions today", "See in the log why"),
    (faults.shards_nearly_full, Level.WARNING, "shards", "at most 2001 servers", "Set SHARDS to auto"),
    (faults.shards_too_full, Level.ERROR, "shards", "lets none in", "Set SHARDS to auto"),
    (
        faults.content_intent_off,
        Level.WARNING,
        "intents",
        "message content intent",
        "Privileged Gateway Intents",
    ),
    (faults.may_not_see, Level.ERROR, "channel", "lacks View Channel", "Allow View Channel"),
    (faults.may_not_send, Level.ERROR, "channel", "lacks Send Messages", "Allow Send Messages"),
    (faults.may_not_attach, Level.ERROR, "channel", "lacks Attach Files", "Allow Attach Files"),
    (faults.may_not_attach, Level.WARNING, "channel", "lacks Embed Links", "Allow Embed Links"),
    (faults.may_not_react, Level.WARNING, "channel", "lacks Add Reactions", "Allow Add Reactions"),
    (
        faults.may_not_react,
        Level.WARNING,
        "channel",
        "lacks Read Message History",
        "Allow Read Message History",
    ),
    (faults.channel_gone, Level.ERROR, "channel", "There is no channel", "Copy its ID anew"),
    (faults.database_corrupt, Level.ERROR, "database", "is damaged", "python -m bot restore"),
    (faults.no_database_at_all, Level.ERROR, "database", "is damaged", "python -m bot restore"),
    (faults.newer_revision, Level.ERROR, "database", "9999", "Run the version that made it"),
    (faults.older_revision, Level.WARNING, "database", "0007", "Start the bot"),
    (faults.database_read_only, Level.ERROR, "database", "cannot be written", "chown"),
    (faults.database_open_to_all, Level.WARNING, "database", "Others on this machine may read", "chmod 600"),
    (faults.database_in_a_file, Level.ERROR, "database", "cannot be made in", "Check DATABASE_URL"),
    (faults.disk_nearly_full, Level.ERROR, "disk", "20 MB are free", "Make room"),
    (faults.disk_filling_up, Level.WARNING, "disk", "500 MB are free", "Make room"),
    (faults.archive_without_room, Level.WARNING, "archive", "recordings wait", "ARCHIVE_RESERVE_GB"),
    (faults.archive_in_a_file, Level.ERROR, "archive", "No recording can be kept", "Check ARCHIVE_URL"),
    (faults.bucket_away, Level.ERROR, "archive", "cannot be looked into", "AWS_ keys"),
    (faults.clock_ahead, Level.ERROR, "clock", "ahead of that of Odyssey", "timedatectl"),
    (faults.clock_ahead, Level.ERROR, "clock", "ahead of that of Discord", "timedatectl"),
    (faults.clock_a_bit_behind, Level.WARNING, "clock", "behind that of Odyssey", "timedatectl"),
    (faults.few_files, Level.WARNING, "open files", "1024", "LimitNOFILE"),
    (faults.port_taken, Level.ERROR, "port", "Something else listens", "WEB_PORT"),
    (faults.metrics_port_taken, Level.ERROR, "port", "Something else listens", "METRICS_PORT"),
    (
        faults.metrics_on_the_pages_port,
        Level.ERROR,
        "port",
        "METRICS_PORT is WEB_PORT",
        "another METRICS_PORT",
    ),
    (
        faults.copied_from_another_machine,
        Level.WARNING,
        "lock",
        "process 7 on old-machine",
        "If these files are",
    ),
    (faults.wrong_web_host, Level.ERROR, "port", "Nobody can listen", "WEB_HOST"),
    (faults.public_url_missing, Level.WARNING, "public url", "PUBLIC_URL is not set", "Set it"),
    (faults.public_url_of_no_host, Level.ERROR, "public url", "there is no such name", "DNS"),
    (faults.public_url_of_nobody, Level.ERROR, "public url", "nobody answers", "whether it runs"),
    (faults.public_url_of_another_server, Level.ERROR, "public url", "is not this bot", "docs/proxies.md"),
    (faults.public_url_of_another_bot, Level.ERROR, "public url", "leads to another bot", "the proxy"),
    (faults.path_missing_at_the_proxy, Level.ERROR, "public url", "not below /odyssey", "pass on /odyssey"),
    (faults.public_url_without_tls, Level.WARNING, "public url", "begins with http:", "HTTPS"),
    (faults.public_url_with_tls_where_there_is_none, Level.ERROR, "public url", "TLS", "https"),
    (faults.proxy_not_trusted, Level.ERROR, "proxies", "not in TRUSTED_PROXIES", "Add its address"),
    (faults.everybody_trusted, Level.WARNING, "proxies", "every address", "Name the proxy"),
    (faults.misspelt, Level.WARNING, "settings", "PUBLC_URL is no setting", "Correct its name"),
    (faults.wrong_value, Level.ERROR, "settings", "WEB_PORT", ".env.example"),
    (
        faults.readable_env_file,
        Level.WARNING,
        "settings",
        "Others on this machine may read .env",
        "chmod 600",
    ),
    (faults.unreadable_env_file, Level.ERROR, "settings", "The file .env is not UTF-8", ".env"),
    (faults.copies_have_stopped, Level.WARNING, "backups", "2026-01-01", "See in the log"),
    (faults.nowhere_for_copies, Level.ERROR, "backups", "No copy can be made", "BACKUP_DIR"),
    (faults.no_copies, Level.WARNING, "backups", "BACKUP_DAYS is 0", "something else"),
]


@pytest.mark.parametrize(
    ("plant", "level", "about", "said", "step"), FAULTS, ids=[f"{f[0].__name__}-{f[3]}" for f in FAULTS]
)
async def test_a_planted_fault_is_explained(
    patient: Patient, plant: Plant, level: Level, about: str, said: str, step: str
) -> None:
    """What is wrong is said, with what to do; nothing else is taken for wrong that does not hang on it."""
    await plant(patient)
    findings = await patient.found()
    found = [each for each in findings if each.about == about and said in each.said]
    assert [each.level for each in found] == [level], told(findings)
    assert step in (found[0].next_step or "")
    assert report.exit_code(findings) == (2 if Level.ERROR in {each.level for each in findings} else 1)
    others = {each.about for each in findings if each.level is not Level.OK} - {about}
    assert others <= ALSO.get(plant, set()), told(findings)


WEB = {"port", "public url", "proxies"}
ALSO: dict[Plant, set[str]] = {
    faults.token_missing: {"discord"},
    faults.key_with_odd_characters: {"odyssey"},
    faults.discord_without_gateway: {"discord", "clock"},
    faults.wrong_value: WEB,
    faults.unreadable_env_file: {*WEB, "odyssey", "discord", "clock"},
    faults.misspelt: {"public url"},
    faults.database_in_a_file: {"backups"},
}
