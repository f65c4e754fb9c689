"""An HTTP server that answers what a test wants and remembers who asked for what."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Make = Callable[[web.Request], Any]
"""Makes an answer: a response, or something to await for one."""


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Origin:
    """Answers by path, else by `otherwise`. `url` has no slash at its end."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[Asked] = []
        self.answers: dict[str, Make] = {}
        self.otherwise: Make = lambda request: web.Response(status=404)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [f"{asked.method} {asked.path}" for asked in self.asked]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(request.method, request.path, dict(request.headers), await request.read()))
        made = self.answers.get(request.path, self.otherwise)(request)
        answer: web.StreamResponse = made if isinstance(made, web.StreamResponse) else await made
        return answer


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Origin]:
    """An origin of its own, on a free port of loopback."""
    made = Origin()
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_route("*", "/{path:.*}", made.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    made.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await runner.cleanup()


def redirect(status: int, location: str) -> Make:
    """An answer that leads elsewhere."""
    return lambda request: web.Response(status=status, headers={"Location": location})


def told(status: int, fields: Any) -> Make:
    """An answer in JSON."""
    return lambda request: web.json_response(fields, status=status)


def tls_context(certificate: Path) -> ssl.SSLContext:
    """TLS for 127.0.0.1 with a certificate of its own, which is written to a file for clients to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    certificate.write_bytes(pem)
    both = certificate.with_suffix(".key")
    both.write_bytes(secret + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return context
