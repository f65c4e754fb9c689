"""The bot as in its container: no root's rights, and a disk on which nothing but its data can be written.

Once from this checkout and, where IMAGE names what `.ci/image` has built, once more from the image itself.
"""

import io
import json
import os
import re
import shutil
import signal
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.conftest import API_KEY, CHANNEL, House, free_port, until_healthy
from tests.support.processes import ROOT

FROM_HERE = """
mount --bind "$DATA/.." "$DATA/.." && mount --bind "$DATA" "$DATA" || exit 77
mount -o remount,ro,bind "$DATA/.." && mount -o remount,ro,bind / || exit 77
cd "$DATA/.." && ! touch "$DATA/../x" 2>/dev/null || exit 77
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""
FROM_AN_IMAGE = """
mount --bind "$IMAGE" "$IMAGE" && mount --bind "$DATA" "$IMAGE/app/data" || exit 77
mount --rbind /proc "$IMAGE/proc" && mount --rbind /dev "$IMAGE/dev" || exit 77
mount -t tmpfs none "$IMAGE/tmp" || exit 77
mount -o remount,ro,bind "$IMAGE" && ! touch "$IMAGE/x" 2>/dev/null || exit 77
chown "$(chroot "$IMAGE" id -u "$IS")" "$DATA" || exit 77
exec chroot "$IMAGE" setpriv --reuid="$IS" --regid="$IS" --clear-groups --no-new-privs --bounding-set=-all \\
  --inh-caps=-all env --chdir="$AT" "$@"
"""


@dataclass(frozen=True)
class Container:
    """How a container of the bot's is started: by a script that takes its rights away, as what, with what."""

    script: str
    entry: tuple[str, ...]
    environment: dict[str, str]

    async def run(self, data: Path, *arguments: str, **settings: str) -> Process:
        return await create_subprocess_exec(
            *("unshare", "--mount", "sh", "-c", self.script, "sh", *self.entry, *arguments),
            env={**self.environment, "DATA": str(data), **settings},
            stdout=PIPE,
            stderr=PIPE,
        )


def container(kind: str) -> Container:
    """From this checkout, or as the image says of itself."""
    if kind == "checkout":
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
        return Container(FROM_HERE, (sys.executable, "-m", "bot"), environment)
    if "IMAGE" not in os.environ:
        pytest.skip("no image was built: .ci/image does so, and says where it is")
    built = Path(os.environ["IMAGE"])
    says = json.loads((built / "image.json").read_text("utf-8"))["config"]
    environment = dict(each.split("=", 1) for each in says["Env"])
    environment |= {"IMAGE": str((built / "root").resolve()), "IS": says["User"], "AT": says["WorkingDir"]}
    assert says["Cmd"] == ["run"]
    return Container(FROM_AN_IMAGE, tuple(says["Entrypoint"]), environment)


async def may_contain(data: Path) -> bool:
    """Whether this machine lets us."""
    if not all(map(shutil.which, ("unshare", "setpriv", "mount"))):
        return False
    return await (await Container(FROM_HERE, ("true",), dict(os.environ)).run(data)).wait() == 0


@pytest.mark.parametrize("kind", ["checkout", "image"])
async def test_it_needs_no_rights_and_writes_its_data_alone(house: House, kind: str) -> None:
    """A broadcast from a picture, its recording, a copy of the database, a stop in order."""
    contained = container(kind)
    data = house.directory / "data"
    data.mkdir(0o700)
    if not await may_contain(data):
        pytest.skip("this machine does not let a test take rights away from a process")
    port = free_port()
    settings = {
        "DISCORD_TOKEN": house.discord.token,
        "DISCORD_API_URL": house.discord.api_url,
        "DISCORD_GATEWAY_URL": house.discord.gateway_url,
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
        "WEB_PORT": str(port),
    }
    process = await contained.run(data, "run", **settings)
    try:
        await until_healthy(f"http://127.0.0.1:{port}/healthz")
        picture = io.BytesIO()
        Image.new("RGB", (400, 300), "red").save(picture, "PNG")
        image = ("red.png", picture.getvalue())
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A sea", image=image)
        await house.shown("Live")
        copying = await contained.run(data, "backup", "data/copy")
        said, complained = await copying.communicate()
        assert (copying.returncode, b"is whole" in said) == (0, True), complained.decode()
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        process.send_signal(signal.SIGTERM)
    finally:
        if process.returncode is None and sys.exception():
            process.kill()
        _, log = await process.communicate()
        if sys.exception():
            print(log.decode())  # noqa: T201 - pytest shows it
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
