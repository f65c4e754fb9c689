"""Whatever its user hands it, nothing but an `OdysseyError` leaves a call of the client."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.odyssey import ClientCredentials, Odyssey, OdysseyError
from tests.odyssey.service import Service

SCRIPT = [{"timestamp_ms": 0, "start": {"prompt": "a cat"}}, {"timestamp_ms": 9, "end": {}}]
NAMES = ["", ".", "..", "../auth/token", "a/b?c#d", "\0", "\ud800", "%2e%2e", "x" * 5000, "ünï", "a\nb"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:20])
async def test_names(service: Service, client: Odyssey, tmp_path: Path, name: str) -> None:
    """An ID from anywhere stays one part of the path, and of the file's name."""
    service.recordings["s1"] = {}
    calls: list[Awaitable[Any]] = [
        client.get_recording(name),
        client.get_simulate_status(name),
        client.cancel_simulation(name),
        client.download_recording(name, tmp_path / "d"),
        client.list_simulations(status=name),
        client.simulate(script_url=name),
        client.connect_with_credentials(ClientCredentials(name, f"{service.url}/none", name)),
    ]
    for call in calls:
        with pytest.raises(OdysseyError):
            await call
    paths = {request.path for request in service.requests if not request.path.startswith("/none/")}
    assert all(path.startswith(("/auth/token", "/recordings/", "/simulation-jobs")) for path in paths)


LOOP: list[Any] = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    "arguments",
    [
        {}, {"script": SCRIPT, "script_url": "x"}, {"script": [{1, 2}]},
        {"script": [{"timestamp_ms": float("nan")}]},
        {"script": LOOP}, {"script": [b"x"]}, {"scripts": [[b""]]},
    ],
    ids=str,
)  # fmt: skip
async def test_scripts(client: Odyssey, arguments: dict[str, Any]) -> None:
    """What cannot be sent is told before anything is."""
    with pytest.raises(OdysseyError) as error:
        await client.simulate(**arguments)
    assert error.value.code == "bad_argument"


async def test_directories(service: Service, client: Odyssey, tmp_path: Path) -> None:
    """A directory that cannot be had, and a file in the way, are errors with the code `file_error`."""
    (tmp_path / "file").write_text("")
    (tmp_path / "taken" / "s1.mp4.part").mkdir(parents=True)
    service.recordings["s1"] = {"video_url": f"{service.url}/v.mp4"}
    service.files["/v.mp4"] = b"video"
    for directory in ("\0", tmp_path / "file", tmp_path / "file" / "in", "/proc/none", tmp_path / "taken"):
        with pytest.raises(OdysseyError) as error:
            await client.download_recording("s1", directory)
        assert error.value.code == "file_error", directory


@pytest.mark.parametrize(
    "image",
    [
        5, None, [], b"", b"GIF89a", "\0", "", ".", "/dev/zero", "/proc/self/mem", "data:",
        "DATA:image/png,x",
        "data:image/png;base64,ü", "data:image/png;base64,\ud800", "data:image/png;base64,AAAA", "x" * 5000,
        b"\x89PNG\r\n\x1a\n" + b"\0" * 99, b"BM" + b"\xff" * 99,
        b"RIFF\xff\xff\xff\xffWEBPVP8 ", b"\xff\xd8\xff\xe1\0\x08Exif",
    ],
    ids=lambda image: ascii(image)[:20],
)  # fmt: skip
async def test_images(client: Odyssey, image: Any) -> None:
    """What is no image is told before anything is sent."""
    await client.connect()
    if image is None:
        assert await client.start_stream("a cat", image=image)
        return
    with pytest.raises(OdysseyError) as error:
        await client.start_stream("a cat", image=image)
    assert error.value.code == "image_unreadable"


@contextmanager
def broken(monkeypatch: pytest.MonkeyPatch, target: str, fault: Exception) -> Iterator[None]:
    def fail(*args: object, **options: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(target, fail)
        yield


@pytest.mark.parametrize(
    "fault",
    [ValueError("x"), KeyError("x"), RuntimeError("x"), OSError("x"), ExceptionGroup("x", [OverflowError()])],
)
@pytest.mark.parametrize(
    "target",
    ["bot.odyssey.api.sessions.reserve", "bot.odyssey.live.connection.config_url",
     "bot.odyssey.live.connection.Peer", "aiohttp.ClientSession.ws_connect"],
)  # fmt: skip
async def test_faults_of_our_own(
    service: Service, client: Odyssey, monkeypatch: pytest.MonkeyPatch, target: str, fault: Exception
) -> None:
    """An exception that nobody foresaw is an `OdysseyError` too, and the next attempt works."""
    statuses: list[str] = []
    with broken(monkeypatch, target, fault), pytest.raises(OdysseyError):
        await client.connect(on_status_change=lambda status, message: statuses.append(status))
    assert statuses[-1] == client.current_status == "failed"
    await client.connect()
    assert client.is_connected


async def test_prompts(client: Odyssey) -> None:
    """Half characters in a prompt do no harm."""
    await client.connect()
    await client.start_stream("a cat \ud800\0")
    assert await client.interact("jump \udfff") in ("jump \udfff", "jump ?")
