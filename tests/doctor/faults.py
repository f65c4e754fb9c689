"""Faults to be planted in a bot that is well."""

import json
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

from tests.doctor.conftest import PLANTED, Patient
from tests.e2e.conftest import free_port


async def wrong_token(patient: Patient) -> None:
    patient.set(DISCORD_TOKEN=f"MTIz.abc.{PLANTED}")


async def token_missing(patient: Patient) -> None:
    patient.set(DISCORD_TOKEN=None)


async def wrong_key(patient: Patient) -> None:
    patient.set(ODYSSEY_API_KEY=f"ody_{PLANTED}")


async def key_with_odd_characters(patient: Patient) -> None:
    patient.set(ODYSSEY_API_KEY=f"{PLANTED} „und noch was“")


async def account_disabled(patient: Patient) -> None:
    patient.standin.faults.arm("auth_forbidden")


async def service_fails(patient: Patient) -> None:
    patient.standin.faults.arm("rest_error", times=None)


async def service_is_another(patient: Patient) -> None:
    patient.set(ODYSSEY_API_URL=await patient.in_front())


async def service_away(patient: Patient) -> None:
    patient.set(ODYSSEY_API_URL=f"http://127.0.0.1:{free_port()}")


async def discord_away(patient: Patient) -> None:
    port = free_port()
    patient.set(
        DISCORD_API_URL=f"http://127.0.0.1:{port}/api/v10",
        DISCORD_GATEWAY_URL=f"ws://127.0.0.1:{port}/gateway",
    )


async def discord_without_gateway(patient: Patient) -> None:
    patient.set(DISCORD_GATEWAY_URL=None)


async def wrong_gateway(patient: Patient) -> None:
    patient.set(DISCORD_GATEWAY_URL=f"ws://127.0.0.1:{patient.discord.port}/elsewhere")


async def sessions_used_up(patient: Patient) -> None:
    patient.discord.starts.remaining = 3


async def shards_nearly_full(patient: Patient) -> None:
    patient.many_servers(2001)


async def shards_too_full(patient: Patient) -> None:
    patient.many_servers(2501)


async def content_intent_off(patient: Patient) -> None:
    patient.discord.world.message_content = False


async def may_not_see(patient: Patient) -> None:
    patient.lacks("view_channel")


async def may_not_send(patient: Patient) -> None:
    patient.lacks("send_messages")


async def may_not_attach(patient: Patient) -> None:
    patient.lacks("attach_files", "embed_links")


async def may_not_react(patient: Patient) -> None:
    patient.lacks("add_reactions", "read_message_history")


async def channel_gone(patient: Patient) -> None:
    patient.channel_id = 123456789012345678


async def database_corrupt(patient: Patient) -> None:
    with patient.database.open("r+b") as file:
        file.seek(patient.database.stat().st_size // 2)
        file.write(b"\xa5" * 8192)


async def no_database_at_all(patient: Patient) -> None:
    patient.database.write_bytes(b"some text that is no database" * 100)


async def newer_revision(patient: Patient) -> None:
    _set_revision(patient, "9999")


async def older_revision(patient: Patient) -> None:
    _set_revision(patient, "0007")


def _set_revision(patient: Patient, revision: str) -> None:
    with closing(sqlite3.connect(patient.database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


async def database_read_only(patient: Patient) -> None:
    patient.machine["may_write"] = lambda path: path.name != patient.database.name


async def database_open_to_all(patient: Patient) -> None:
    patient.database.chmod(0o644)


async def database_in_a_file(patient: Patient) -> None:
    (patient.directory / "file").write_text("")
    patient.set(DATABASE_URL="sqlite:///file/odyssey.sqlite3")


async def disk_nearly_full(patient: Patient) -> None:
    patient.machine["free_bytes"] = lambda _: 20_000_000


async def disk_filling_up(patient: Patient) -> None:
    patient.machine["free_bytes"] = lambda _: 500_000_000


async def archive_without_room(patient: Patient) -> None:
    patient.machine["free_bytes"] = lambda _: 1_500_000_000
    patient.set(ARCHIVE_RESERVE_GB="2")


async def archive_in_a_file(patient: Patient) -> None:
    (patient.directory / "a file").touch()
    patient.set(ARCHIVE_URL=str(patient.directory / "a file"))


async def bucket_away(patient: Patient) -> None:
    patient.set(
        ARCHIVE_URL="s3://recordings/ours",
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}",
        AWS_ACCESS_KEY_ID="a-key",
        AWS_SECRET_ACCESS_KEY=PLANTED,
    )


async def clock_ahead(patient: Patient) -> None:
    patient.machine["now"] = lambda: datetime.now(UTC) + timedelta(minutes=10)


async def clock_a_bit_behind(patient: Patient) -> None:
    patient.machine["now"] = lambda: datetime.now(UTC) - timedelta(seconds=45)


async def few_files(patient: Patient) -> None:
    patient.machine["open_files"] = lambda: 1024


async def port_taken(patient: Patient) -> None:
    taken = socket.create_server(("127.0.0.1", patient.web_port))
    patient.proxy.callback(taken.close)


async def metrics_port_taken(patient: Patient) -> None:
    taken = socket.create_server(("127.0.0.1", 0))
    patient.proxy.callback(taken.close)
    patient.set(METRICS_PORT=str(taken.getsockname()[1]))


async def metrics_on_the_pages_port(patient: Patient) -> None:
    patient.set(METRICS_PORT=str(patient.web_port))


async def copied_from_another_machine(patient: Patient) -> None:
    had = {"pid": 7, "host": "old-machine", "since": "2026-11-01T20:00:00+00:00"}
    patient.database.with_name(f"{patient.database.name}.lock").write_text(json.dumps(had))


async def wrong_web_host(patient: Patient) -> None:
    patient.set(WEB_HOST="203.0.113.77")


async def public_url_missing(patient: Patient) -> None:
    patient.set(PUBLIC_URL=None)


async def public_url_of_no_host(patient: Patient) -> None:
    patient.set(PUBLIC_URL="https://watch.invalid")


async def public_url_of_nobody(patient: Patient) -> None:
    patient.set(PUBLIC_URL=f"http://127.0.0.1:{free_port()}")


async def public_url_of_another_server(patient: Patient) -> None:
    patient.set(PUBLIC_URL=patient.standin.url)


async def public_url_of_another_bot(patient: Patient) -> None:
    patient.set(PUBLIC_URL=await patient.in_front(instance="another"))


async def path_missing_at_the_proxy(patient: Patient) -> None:
    patient.set(PUBLIC_URL=f"{await patient.in_front(path='/instance')}/odyssey")


async def public_url_without_tls(patient: Patient) -> None:
    patient.set(PUBLIC_URL="http://watch.invalid")


async def public_url_with_tls_where_there_is_none(patient: Patient) -> None:
    patient.set(PUBLIC_URL=(await patient.in_front()).replace("http:", "https:"))


async def proxy_not_trusted(patient: Patient) -> None:
    patient.set(TRUSTED_PROXIES="10.0.0.0/8")


async def everybody_trusted(patient: Patient) -> None:
    patient.set(TRUSTED_PROXIES="0.0.0.0/0, ::/0")


async def misspelt(patient: Patient) -> None:
    patient.set(PUBLC_URL=f"https://{PLANTED}.example.org", PUBLIC_URL=None)


async def wrong_value(patient: Patient) -> None:
    patient.set(WEB_PORT="many")


async def readable_env_file(patient: Patient) -> None:
    (patient.directory / ".env").write_text("CHAT_PREFIX=?\n")
    (patient.directory / ".env").chmod(0o644)


async def unreadable_env_file(patient: Patient) -> None:
    (patient.directory / ".env").write_bytes(b"DISCORD_TOKEN=\xff\xfe\xfa" + PLANTED.encode())


async def copies_have_stopped(patient: Patient) -> None:
    copies = patient.directory / "data" / "backups"
    copies.mkdir()
    (copies / "odyssey.sqlite3.20260101T040000Z.nightly").write_bytes(b"")


async def nowhere_for_copies(patient: Patient) -> None:
    (patient.directory / "file").write_text("")
    patient.set(BACKUP_DIR=str(patient.directory / "file" / "copies"))


async def no_copies(patient: Patient) -> None:
    patient.set(BACKUP_DAYS="0")
