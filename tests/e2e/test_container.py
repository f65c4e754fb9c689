"""The bot as in its container: no root's rights, and a disk on which nothing but its data can be written."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import API_KEY, CHANNEL, House, free_port, until_healthy
from tests.support.processes import ROOT

CONTAINED = """
mount --bind "$DATA/.." "$DATA/.." && mount --bind "$DATA" "$DATA" || exit 77
mount -o remount,ro,bind "$DATA/.." && mount -o remount,ro,bind / || exit 77
cd "$DATA/.." && ! touch "$DATA/../x" 2>/dev/null || exit 77
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""


def can_contain(data: Path) -> bool:
    """Whether this machine lets us."""
    if not all(map(shutil.which, ("unshare", "setpriv", "mount"))):
        return False
    command = ["unshare", "--mount", "sh", "-c", CONTAINED, "sh", "true"]
    return subprocess.run(command, env={**os.environ, "DATA": str(data)}, check=False).returncode == 0


async def test_it_needs_no_rights_and_writes_its_data_alone(house: House) -> None:
    """A broadcast from a picture, its recording, a copy of the database, a stop in order."""
    data = house.directory / "data"
    data.mkdir(0o700)
    if not can_contain(data):
        pytest.skip("this machine does not let a test take rights away from a process")
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATA": str(data),
        "DISCORD_TOKEN": house.discord.token,
        "DISCORD_API_URL": house.discord.api_url,
        "DISCORD_GATEWAY_URL": house.discord.gateway_url,
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
        "WEB_PORT": str(port),
    }

    async def contained(*arguments: str):  # type: ignore[no-untyped-def]
        command = ("unshare", "--mount", "sh", "-c", CONTAINED, "sh", sys.executable, "-m", "bot", *arguments)
        return await create_subprocess_exec(*command, env=environment, stdout=PIPE, stderr=PIPE)

    process = await contained("run")
    try:
        await until_healthy(f"http://127.0.0.1:{port}/healthz")
        picture = io.BytesIO()
        Image.new("RGB", (400, 300), "red").save(picture, "PNG")
        image = ("red.png", picture.getvalue())
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A sea", image=image)
        await house.shown("Live")
        copying = await contained("backup", "data/copy")
        said, complained = await copying.communicate()
        assert (copying.returncode, b"is whole" in said) == (0, True), complained.decode()
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        process.send_signal(signal.SIGTERM)
    finally:
        if process.returncode is None and sys.exception():
            process.kill()
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    assert b"Read-only" not in log, log.decode()
    assert b"WARNING" not in re.sub(rb".*PUBLIC_URL.*", b"", log), log.decode()
    assert {path.name for path in data.iterdir()} >= {"odyssey.sqlite3", "copy"}


def test_the_image_and_compose_say_so() -> None:
    """The user, the disk, the rights; and no setting stands twice, which compose refuses."""
    image, compose = ((ROOT / name).read_text("utf-8") for name in ("Dockerfile", "compose.yaml"))
    assert re.search(r"^USER (?!root)\w+$", image, re.MULTILINE)
    for line in ("read_only: true", "- ALL", "- no-new-privileges:true", "- data:/app/data"):
        assert re.search(rf"^ +{line}$", compose, re.MULTILINE), line
    keys = re.findall(r"^( *\w+):", compose, re.MULTILINE)
    assert sorted(keys) == sorted(set(keys))
