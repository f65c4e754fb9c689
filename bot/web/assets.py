"""The page's files: each is read and compressed once, when it is first asked for."""

import asyncio
import gzip
import re
from dataclasses import dataclass
from hashlib import blake2s
from mimetypes import types_map
from pathlib import Path

from aiohttp import web

PAGE = Path(__file__).parent / "page"
VENDOR = "vendor"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
_LEFT_OUT = re.compile(rb"^ +| *// .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    compressed: bytes
    tag: str


class Assets:
    """Those that are there at the start, and nothing else: no path leads out of their folder."""

    def __init__(self) -> None:
        self._paths = {path.relative_to(PAGE).as_posix(): path for path in PAGE.rglob("*") if path.is_file()}
        self._files: dict[str, _File] = {}
        ours = [path.read_bytes() for name, path in sorted(self._paths.items()) if VENDOR not in name]
        self.version = tag_of(b"".join(ours))
        """The page's: another one when a file of ours is another."""

    def to_preload(self, *folders: str) -> str:
        """For a page's `Link` header: its modules are asked for at once, not each when another one names it.

        `folders` is what the names of its modules begin with.
        """
        modules = [name for name in sorted(self._paths) if name.endswith(".js") and VENDOR not in name]
        wanted = [name for name in modules if name.startswith(folders)]
        return ", ".join(f"<../assets/{name}>; rel=modulepreload" for name in wanted)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The file of the request's `path`, to be asked for by its tag the next time."""
        name = request.match_info["path"]
        if name not in self._paths:
            raise web.HTTPNotFound
        if name not in self._files:
            self._files[name] = await asyncio.to_thread(_read, self._paths[name])
        file = self._files[name]
        # Each time: modules of two versions do not go together. Weak, since it may be compressed, or not.
        headers = {"Cache-Control": "no-cache", "ETag": f'W/"{file.tag}"', "Vary": "Accept-Encoding"}
        if is_known(file.tag, request):
            return web.Response(status=304, headers=headers)
        takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
        if takes_gzip:
            headers["Content-Encoding"] = "gzip"
        response = web.Response(body=file.compressed if takes_gzip else file.content, headers=headers)
        suffix = self._paths[name].suffix
        response.content_type = _TYPES.get(suffix) or types_map.get(suffix, "application/octet-stream")
        return response


def tag_of(content: bytes) -> str:
    """What stands for a content in its ETag."""
    return blake2s(content, digest_size=16).hexdigest()


def is_known(tag: str, request: web.Request) -> bool:
    """Whether whoever asks has this content already."""
    return any(known.value == tag for known in request.if_none_match or ())


def _read(path: Path) -> _File:
    content = path.read_bytes()
    if path.suffix == ".js" and path.parent.name != VENDOR:
        content = _LEFT_OUT.sub(b"", content)  # indents and comments: the lines keep their numbers
    return _File(content, gzip.compress(content, mtime=0), tag_of(content))
