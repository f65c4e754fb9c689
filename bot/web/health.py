"""Whether the bot is well, as machines ask: those that start it anew, and those that watch over it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

WhyNot = Callable[[], str | None]
"""What is wrong, in a few words without a secret; None while nothing is."""


@dataclass(frozen=True, slots=True)
class Health:
    """`hangs` says why the process is better ended, `lacks` by name what a bot that serves people needs.

    `role` is what it does, where that is not all that there is to do.
    """

    hangs: WhyNot
    lacks: Mapping[str, WhyNot]
    role: str | None = None

    async def livez(self, _request: web.Request) -> web.StreamResponse:
        """200 while the process does its work, whatever Discord or Odyssey do."""
        if problem := self.hangs():
            return _unwell({"status": problem})
        return web.json_response({"status": "ok"})

    async def readyz(self, _request: web.Request) -> web.StreamResponse:
        """200 while people are served; else all that is missing for that."""
        found = {name: why_not() for name, why_not in self.lacks.items()}
        if missing := {name: problem for name, problem in found.items() if problem}:
            return _unwell({"status": "not ready", "why": missing})
        return web.json_response({"status": "ok", **({"role": self.role} if self.role else {})})

    async def healthz(self, _request: web.Request) -> web.StreamResponse:
        """200 while the bot is connected to Discord, as it has always been; if that is not for it, at all."""
        if (why_not := self.lacks.get("discord")) and (problem := why_not()):
            return _unwell({"status": problem})
        return web.json_response({"status": "ok"})

    def add_to(self, router: web.UrlDispatcher) -> None:
        for answer in (self.livez, self.readyz, self.healthz):
            router.add_get(f"/{answer.__name__}", answer)


def _unwell(said: Mapping[str, object]) -> web.Response:
    return web.json_response(said, status=HTTPStatus.SERVICE_UNAVAILABLE)
