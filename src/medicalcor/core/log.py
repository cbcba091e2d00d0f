"""Logs: one JSON object a line on standard output, ours and everybody else's, with personal data taken out.

An event's name is static, what varies goes in keywords: `log.info("effect_sent", effect_id=id, kind=kind)`.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from pydantic_core import to_json
from structlog.typing import FilteringBoundLogger, Processor

from medicalcor.core import clock, context
from medicalcor.core.redaction import scrub, scrub_foreign

QUIET = (
    "httpx",
    "httpcore",
    "httpx2",
    "httpcore2",
    "openai",
    "dbos",
    "asyncio",
    "uvicorn.access",
    "uvicorn.error",
)
"""What these say at INFO, our own lines say better."""
_OURS = frozenset({"level", "logger", "at"})
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}

_Line = MutableMapping[str, Any]


def _stamp(logger: Any, method: str, line: _Line) -> _Line:
    if logger.name:
        line["logger"] = logger.name
    line["level"] = {"exception": "error", "warn": "warning"}.get(method, method)
    line["at"] = clock.now().isoformat(timespec="milliseconds")
    if context.correlation_id():
        line.setdefault("correlation_id", context.correlation_id())
    parent = (context.traceparent() or "").split("-")
    if len(parent) == 4:
        line.setdefault("trace_id", parent[1])
    return line


def _unfold(_logger: Any, _method: str, line: _Line) -> _Line:
    """`exc_info` becomes what may be told of the exception, and where it came from."""
    given = line.pop("exc_info", None)
    problem = given[1] if isinstance(given, tuple) else given
    if problem is True:
        problem = sys.exc_info()[1]
    if isinstance(problem, BaseException):
        line["exception"] = problem
        frames = traceback.extract_tb(problem.__traceback__)
        line["trace"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-20:]]
        if problem.__cause__ is not None:
            line["because"] = problem.__cause__
    return line


def _short(filename: str) -> str:
    return "/".join(filename.rsplit("/", 3)[1:])


def _redact(_logger: Any, _method: str, line: _Line) -> _Line:
    return {k: v if k in _OURS else scrub(v, key=k) for k, v in line.items()}


def _render_json(_logger: Any, _method: str, line: _Line) -> str:
    first = {key: line[key] for key in ("at", "level", "event") if key in line}
    return to_json({**first, **line}, inf_nan_mode="strings").decode()


class _Out:
    """Where lines go. Looks standard output up for each line, and writes a line in one piece."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    def msg(self, line: str) -> None:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    debug = info = warning = error = critical = exception = log = msg


class _Foreign(logging.Handler):
    """Takes what other libraries log into the same lines."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line: dict[str, Any] = {
                "event": scrub_foreign(record.getMessage()),
                "exc_info": record.exc_info,
            }
            workflow = getattr(record, "operationUUID", None)
            if isinstance(workflow, str):
                line["workflow_id"] = workflow
            method = record.levelname.lower() if record.levelname.lower() in _LEVELS else "info"
            out = _Out(record.name)
            for step in _steps:
                line = step(out, method, line)  # type: ignore[assignment]  # the last step makes it text
            out.msg(line)  # type: ignore[arg-type]  # as above
        except Exception:  # noqa: BLE001 - the standard library's own rule: logging never breaks the program
            self.handleError(record)


_COMMON: tuple[Processor, ...] = (structlog.contextvars.merge_contextvars, _stamp, _unfold, _redact)
_steps: list[Processor] = [*_COMMON, _render_json]


def configure(level: str = "info", *, json: bool = True) -> None:
    """Set the whole process's logging up. `json=False` is for a person at a terminal."""
    number = _LEVELS[level.lower()]
    _steps[:] = [
        *_COMMON,
        _render_json if json else structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty()),
    ]
    _configure_ours(number)
    root = logging.getLogger()
    root.handlers = [_Foreign()]
    root.setLevel(number)
    for name in QUIET:
        quiet = logging.getLogger(name)
        # a handler of its own, even an empty one, keeps DBOS from adding one that prints in the clear
        quiet.handlers = [logging.NullHandler()]
        quiet.propagate = True
        quiet.setLevel(max(number, logging.WARNING))
    logging.raiseExceptions = False  # the standard library would print the arguments of a line that fails


def _configure_ours(level: int) -> None:
    structlog.configure(
        processors=_steps,
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Out,
        cache_logger_on_first_use=False,
    )


def get_logger(name: str | None = None) -> FilteringBoundLogger:
    logger: FilteringBoundLogger = structlog.get_logger(*([name] if name else []))
    return logger


_configure_ours(logging.INFO)  # a line logged before `configure` is redacted too
