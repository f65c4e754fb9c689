"""What the page costs whoever opens it."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

import httpx

from bot.web.assets import PAGE, VENDOR
from tests.support.watched import Watched, past
from tests.web.test_routes import Visitor, visited

MOST_BYTES = 60_000
_IMPORTED = re.compile(r'^import .*?"(.+?)";$', re.MULTILINE)
_PRELOADED = re.compile(r"<\.\./assets/(.+?)>; rel=modulepreload")
_LINKED = re.compile(r'(?:src|href)="\.\./assets/(.+?)"')


async def test_the_watch_page_weighs_little() -> None:
    """All that it loads, as it is served without compression, but for hls.js, which it may never need."""
    async with visited(Watched()) as visitor:
        await _weighs_little(visitor, await visitor.get(), lambda name: not name.startswith("recording/"))


async def test_the_page_of_a_recording_weighs_little() -> None:
    """It shares what it can with the watch page."""
    watched = Watched()
    token = await watched.kept.add(past(True))
    async with visited(watched) as visitor:
        page = await visitor.http.get(f"{visitor.origin}/r/{token}")
        await _weighs_little(
            visitor, page, lambda name: name.startswith("recording/") or name == "view/dom.js"
        )


async def _weighs_little(visitor: Visitor, page: httpx.Response, is_its: Callable[[str], bool]) -> None:
    sizes = {"": len(page.content)}
    wanted = _LINKED.findall(page.text)
    while wanted:
        name = wanted.pop()
        if name in sizes:
            continue
        file = await visitor.http.get(f"{visitor.origin}/assets/{name}")
        sizes[name] = len(file.content)
        here = PurePosixPath(name).parent
        wanted += [str(_tidy(here / each)) for each in _IMPORTED.findall(file.text)]
    all_of_ours = (path for path in PAGE.rglob("*.js") if path.parent.name != VENDOR)
    ours = set(filter(is_its, (path.relative_to(PAGE).as_posix() for path in all_of_ours)))
    assert ours == {name for name in sizes if name.endswith(".js")}, "a module that nobody imports"
    assert set(_PRELOADED.findall(page.headers["Link"])) == ours
    assert sum(sizes.values()) <= MOST_BYTES, sizes


def _tidy(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts)
