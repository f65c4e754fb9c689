"""What goes wrong on the way to the service and back, as `OdysseyError`s that say what to look at."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError

_NOT_VALID = (
    ValueError,
    OverflowError,
    ImportError,
    httpx.InvalidURL,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
"""Raised for a URL, a port or a header that cannot be; ImportError for a proxy that there is no code for."""


@contextmanager
def transport_errors(proxy_variable: str | None = None) -> Iterator[None]:
    """Turns whatever is raised inside into an `OdysseyError`. Its text names the kind of failure, and the
    variable that names the proxy, but never the URL: nor is it chained, since causes repeat the URL."""
    try:
        yield
    except OdysseyError:
        raise
    except (TimeoutError, httpx.TimeoutException):
        raise OdysseyConnectionError("The service did not answer in time.", code="timeout") from None
    except Exception as error:  # noqa: BLE001 - what is below raises nearly anything for a hostile URL
        raise _meaning(error, proxy_variable) from None


def _meaning(error: Exception, proxy_variable: str | None) -> OdysseyError:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = getattr(cause, "verify_message", None)  # aiohttp's own kind has none
            return OdysseyConnectionError(
                f"The service's certificate is not trusted{f': {why}' if why else ''}.",
                code="bad_certificate",
                retryable=False,
            )
    if isinstance(error, httpx.DecodingError):
        return OdysseyError("The service's answer cannot be decoded.", code="bad_response", retryable=True)
    if any(isinstance(part, _NOT_VALID) for part in _parts(error)):
        if proxy_variable is None:
            sentence, code = "The service's address or answer is not valid.", "bad_url"
        else:
            sentence = (
                f"The proxy in {proxy_variable} cannot be used: it takes an http:// or https:// address."
            )
            code = "bad_proxy"
        return OdysseyConnectionError(sentence, code=code, retryable=False)
    through = f" through the proxy in {proxy_variable}" if proxy_variable else ""
    return OdysseyConnectionError(
        f"The service could not be reached{through} ({type(error).__name__}).", code="unreachable"
    )


def _parts(error: BaseException) -> Iterator[BaseException]:
    """The error, and those that are in it when it is a group: connecting tries several addresses at once."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _parts(part)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield from _parts(cause)
        cause = cause.__cause__ or cause.__context__  # httpcore cuts its causes off
