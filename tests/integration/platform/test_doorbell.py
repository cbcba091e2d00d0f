"""Who waits for work is woken by it, and by an end that leaves a place; a lost line loses no ring."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from medicalcor.core import clock
from medicalcor.workflows.doorbell import Doorbell, Ear

LONG = 100.0
"""Seconds that nobody would wait here: without a ring the test's own limit ends it."""
pytestmark = pytest.mark.timeout(30)


@pytest.fixture
def bell(database_url: str) -> Iterator[Doorbell]:
    bell = Doorbell(database_url, {"inbox": 0.01, "asks": 0.01})
    bell.start()
    yield bell
    bell.stop()


@pytest.fixture
def ear(bell: Doorbell) -> Ear:
    """One that has heard that somebody listens now."""
    ear = bell.ear("inbox", threading.Event())
    assert ear is not None
    ear.wait(LONG)
    return ear


def start(url: str, queue: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "select start_workflow('some', %s, gen_random_uuid()::text, array[]::json[], 'p')", (queue,)
        ).fetchone()
    assert row is not None
    return str(row[0])


def end(url: str, run: str, status: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "update dbos.workflow_status set status = %s where workflow_uuid = %s", (status, run)
        )


def test_a_run_that_comes_or_ends_wakes_its_queue(ear: Ear, database_url: str) -> None:
    run = start(database_url, "inbox")
    ear.wait(LONG)
    end(database_url, run, "PENDING")
    end(database_url, run, "SUCCESS")
    ear.wait(LONG)


def test_another_queue_sleeps_on(ear: Ear, database_url: str) -> None:
    begun = clock.monotonic()
    start(database_url, "asks")
    ear.wait(0.3)
    assert clock.monotonic() - begun >= 0.3


def test_who_lost_the_line_looks_when_it_is_back(ear: Ear, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'medicalcor-doorbell'"
            " and datname = current_database()"
        )
    ear.wait(LONG)


def test_who_is_told_to_stop_stops(bell: Doorbell) -> None:
    stop = threading.Event()
    ear = bell.ear("inbox", stop)
    assert ear is not None
    waiting = threading.Thread(target=ear.wait, args=(LONG,))
    waiting.start()
    stop.set()
    waiting.join()
    assert ear.wait(LONG)
