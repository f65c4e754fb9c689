"""The control endpoint `/faults`, served only when the settings ask for it."""

from typing import Any

from aiohttp import web

from bot.local.odyssey.faults.script import Fault, FaultError, FaultScript
from bot.local.odyssey.refusals import RequestRefusedError, read_json


class FaultControl:
    """`GET`, `POST` and `DELETE /faults`."""

    def __init__(self, script: FaultScript) -> None:
        self._script = script

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve the calls."""
        router.add_get("/faults", self._list)
        router.add_post("/faults", self._arm)
        router.add_delete("/faults", self._disarm)

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"faults": [_row(fault) for fault in self._script.armed]})

    async def _arm(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        try:
            fault = self._script.arm(str(body.pop("name", "")), times=body.pop("times", 1), **body)
        except FaultError as error:
            raise RequestRefusedError(422, f"{error}.") from error
        return web.json_response(_row(fault), status=201)

    async def _disarm(self, request: web.Request) -> web.Response:
        self._script.disarm()
        return web.json_response({"faults": []})


def _row(fault: Fault) -> dict[str, Any]:
    return {"name": fault.name, "times": fault.times, **fault.options}
