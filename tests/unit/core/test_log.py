"""Every line on standard output is one JSON object without personal data, whoever wrote it."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from medicalcor.core import context, log


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    names = {name: logging.getLogger(name) for name in log.QUIET}
    before = [
        (logger, logger.handlers[:], logger.level, logger.propagate) for logger in (root, *names.values())
    ]
    raising = logging.raiseExceptions
    yield
    for logger, handlers, level, propagate in before:
        logger.handlers, logger.level, logger.propagate = handlers, level, propagate
    logging.raiseExceptions = raising
    log.configure("info")
    root.handlers = before[0][1]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_line_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    log.get_logger("here").info("effect_sent", effect_id=7, phone="+40722000001", said="call 0722 000 001")
    [line] = lines(capsys)
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "event": "effect_sent",
        "level": "info",
        "logger": "here",
        "effect_id": 7,
        "phone": "[redacted]",
        "said": "call [number]",
    }


def test_a_line_before_set_up_is_redacted_too(capsys: pytest.CaptureFixture[str]) -> None:
    log.get_logger().warning("early", who="ana@canary.example")
    assert lines(capsys)[0]["who"] == "[email]"


def test_levels_below_the_chosen_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("warning")
    log.get_logger().info("quiet")
    logging.getLogger("somebody").info("quiet")
    log.get_logger().warning("loud")
    assert [line["event"] for line in lines(capsys)] == ["loud"]


def test_context_goes_into_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with (
        context.bind(correlation_id="c-1", traceparent=parent),
        structlog.contextvars.bound_contextvars(run="r-1"),
    ):
        log.get_logger().info("ours")
        logging.getLogger("somebody").warning("theirs")
    log.get_logger().info("after")
    ours, theirs, after = lines(capsys)
    for line in (ours, theirs):
        assert line["correlation_id"] == "c-1"
        assert line["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
        assert line["run"] == "r-1"
    assert "correlation_id" not in after


def test_other_libraries_speak_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    logging.getLogger("dbos").error("failed for %s with %r", "+40722000001", "Ana Canary")
    [line] = lines(capsys)
    assert line["logger"] == "dbos"
    assert line["level"] == "error"
    assert line["event"] == "failed for [number] with '[redacted]'"


def test_their_chatter_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    for name in log.QUIET:
        logging.getLogger(name).info("HTTP Request: GET http://x/?phone=+40722000001")
    assert lines(capsys) == []


def test_dbos_brings_no_printer_of_its_own() -> None:
    log.configure()
    assert [type(handler) for handler in logging.getLogger("dbos").handlers] == [logging.NullHandler]


def test_an_exception_is_told_without_what_it_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()

    def look_up() -> None:
        raise ValueError("no such person: 'Ana Canary', +40722000001")

    def write() -> None:
        try:
            look_up()
        except ValueError as problem:
            raise RuntimeError("could not write to ana@canary.example") from problem

    try:
        write()
    except RuntimeError:
        log.get_logger().exception("it_broke")
        logging.getLogger("somebody").exception("it broke")
    for line in lines(capsys):
        assert line["exception"] == {"type": "RuntimeError", "said": "could not write to [email]"}
        assert line["because"]["said"] == "no such person: '[redacted]', [number]"
        assert line["trace"][0].startswith("unit/core/test_log.py:")


def test_a_line_that_cannot_be_put_together_breaks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    logging.getLogger("somebody").warning("%d", "Ana Canary")
    captured = capsys.readouterr()
    assert "Canary" not in captured.out + captured.err


def test_a_person_at_a_terminal_reads_words_and_no_personal_data(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(json=False)
    log.get_logger().info("effect_sent", body="Ana", kind="text")
    said = capsys.readouterr().out
    assert "effect_sent" in said
    assert "Ana" not in said
