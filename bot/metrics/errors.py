"""Errors by their code, wherever they happen: each is a record in the log, so they are counted there."""

import logging

from prometheus_client import CollectorRegistry, Counter


class ErrorCounts(logging.Handler):
    """Counts what is logged as an error, what has a reference, and what a request was refused for.

    A record says its code by `extra={"code": ...}`; else it is the kind of exception that is logged with it.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__()
        self._errors = Counter(
            "odyssey_errors",
            "Errors, by level and code: why a request was refused, why a broadcast failed, or the kind of "
            "exception that nobody foresaw.",
            ["level", "code"],
            registry=registry,
        )

    def emit(self, record: logging.LogRecord) -> None:
        code = getattr(record, "code", None)
        if code is None and record.levelno < logging.ERROR and not hasattr(record, "ref"):
            return
        if code is None and record.exc_info and record.exc_info[0]:
            code = record.exc_info[0].__name__
        self._errors.labels(record.levelname.lower(), code or "unnamed").inc()
