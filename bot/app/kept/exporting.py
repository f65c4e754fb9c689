"""`recordings export`: copies what is kept to a folder, a folder for each broadcast."""

import asyncio
import hashlib
import json
from pathlib import Path

from bot.app.kept.opened import Opened, opened
from bot.app.kept.progress import progress
from bot.app.kept.report import Report
from bot.archive.archive import key_of
from bot.broadcast.kept_files import KeptFile
from bot.broadcast.recordings.archive import ArchiveError
from bot.kit.errors import StartError
from bot.process.settings import Settings

ABOUT = "about.json"


async def export(settings: Settings, directory: Path, broadcast_id: str | None, *, is_shown: bool) -> Report:
    """What is there already is left as it is. Raises `StartError`."""
    report = Report("export")
    async with opened(settings, alone=False) as hand:
        files = await hand.kept.books.all_files()
        chosen = [file for file in files if broadcast_id in (None, file.broadcast_id)]
        try:
            with progress("Copying", len(chosen), is_shown=is_shown) as step:
                for file in chosen:
                    report.tell(key_of(file), await _exported(hand, file, directory))
                    report.count("files", file.size_bytes)
                    step(file.size_bytes)
        except OSError as error:
            raise StartError(
                f"Nothing more can be written to {directory} ({error.strerror}). Make room, or take another."
            ) from error
    return report


async def _exported(hand: Opened, file: KeptFile, directory: Path) -> str:
    past = await hand.history.past_broadcast(file.broadcast_id)
    began_at = past.broadcast.requested_at if past else file.kept_at
    folder = directory / f"{began_at:%Y-%m-%d_%H.%M}_{file.broadcast_id}"
    numbers = {each.stream.id: each.stream.number for each in past.streams} if past else {}
    number = numbers.get(file.stream_id or "")
    ending = Path(key_of(file)).suffix
    name = f"{number:02}_{file.kind.value}{ending}" if number else f"{file.kind.value}{ending}"
    if file.clip_id:
        name = f"{file.kind.value}_{file.clip_id}{ending}"
    return await _copied(hand, file, folder, folder / name)


async def _copied(hand: Opened, file: KeptFile, folder: Path, path: Path) -> str:
    if await asyncio.to_thread(_has, path, file):
        return "there"
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    sha256 = hashlib.sha256()
    try:
        with part.open("wb") as out:
            async for piece in hand.kept.archive.read(file):
                sha256.update(piece)
                out.write(piece)
    except ArchiveError as error:
        part.unlink(missing_ok=True)
        return error.trouble.value
    if sha256.hexdigest() != file.sha256:
        part.unlink()
        return "damaged"
    part.replace(path)
    await asyncio.to_thread(_note, folder, path.name, file)
    return "exported"


def _has(path: Path, file: KeptFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size_bytes


def _note(folder: Path, name: str, file: KeptFile) -> None:
    """What each file is, beside them."""
    about = folder / ABOUT
    known = json.loads(about.read_text("utf-8")) if about.exists() else {}
    known[name] = {
        "kind": file.kind.value,
        "media_type": file.media_type,
        "bytes": file.size_bytes,
        "sha256": file.sha256,
        "kept_at": file.kept_at.isoformat(),
    }
    about.write_text(json.dumps(known, indent=2, ensure_ascii=False), "utf-8")
