"""The demo's directory: what of a run is there in the next one."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

from bot.kit.errors import StartError
from bot.local.discord.server import HOST
from bot.local.discord.state import Memory, World
from bot.storage.lock import sole_use

log = logging.getLogger(__name__)

PAUSE_S = 3.0
"""At least so long lies between two times that all is written down; a crash loses that much."""


class DirectoryError(Exception):
    """The directory cannot be used. The message is one sentence for the one who runs the demo."""


@contextmanager
def own_directory(directory: Path) -> Iterator[Path]:
    """The directory by its full name, for this demo alone; it is made if it is not there.

    Raises `DirectoryError`.
    """
    with ExitStack() as stack:
        try:
            full = directory.expanduser().absolute()
            full.mkdir(parents=True, exist_ok=True)
            stack.enter_context(sole_use(full / "demo"))
        except StartError:
            raise DirectoryError(f"Another demo uses {full}; end it, or choose another directory.") from None
        except (FileExistsError, NotADirectoryError):
            raise DirectoryError(f"{full} is no directory; choose another with DATA=.") from None
        except (OSError, ValueError, RuntimeError) as error:  # also a name that no file can have
            reason = getattr(error, "strerror", None) or error
            raise DirectoryError(f"The demo cannot keep anything in {directory}: {reason}.") from None
        yield full


def kept_port(directory: Path, *, otherwise: int) -> int:
    """Where the bot's pages are: the port of the run before, so that links that were posted then still work.

    Another one, if that is taken, or if there was none.
    """
    note = directory / "web_port"
    with suppress(OSError, ValueError, OverflowError), socket.socket() as probe:
        port = int(note.read_text("ascii"))
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return port or otherwise
    note.write_text(str(otherwise), "ascii")
    return otherwise


@asynccontextmanager
async def keeping(world: World, memory: Memory) -> AsyncIterator[None]:
    """Writes the world down soon after it has changed, and at the end."""
    changed = asyncio.Event()

    def note(channel_id: int, message_id: int) -> None:
        changed.set()

    world.observe(note)
    writing = asyncio.create_task(_keep_up(world, memory, changed), name="demo: memory")
    try:
        yield
    finally:
        world.stop_observing(note)
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
        _keep(world, memory)


async def _keep_up(world: World, memory: Memory, changed: asyncio.Event) -> None:
    while True:
        await changed.wait()
        changed.clear()
        _keep(world, memory)
        await asyncio.sleep(PAUSE_S)


def _keep(world: World, memory: Memory) -> None:
    try:
        memory.keep(world.backend)
    except OSError as error:
        log.warning("what was said cannot be kept in %s: %s", memory.file, error.strerror)
