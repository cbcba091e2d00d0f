"""`kill -9`, again and again: nothing that was acknowledged is lost, no patient gets a message twice."""

from tests.chaos.clinic import Clinic, dice


def test_the_worker_is_killed_twenty_times(clinic: Clinic) -> None:
    throws = dice()
    for _ in range(20):
        clinic.write(2)
        clinic.stack.pass_time(throws.uniform(0, 1.5) ** 2 / 1.5)
        clinic.kill_and_restart(clinic.worker)
    clinic.count()
    struck = clinic.stack.rows("select 1 from dbos.workflow_status where recovery_attempts > 1")
    assert len(struck) >= 5, "kills that strike nobody prove nothing"


def test_the_gateway_is_killed_ten_times(clinic: Clinic) -> None:
    throws = dice()
    writing = clinic.write_meanwhile(60, every=0.15)
    gateway = clinic.stack.processes["api"]
    for _ in range(10):
        clinic.stack.pass_time(throws.uniform(0, 1))
        clinic.kill_and_restart(gateway)
        clinic.stack.wait_ready()
    writing.join(120)
    clinic.count()


def test_postgres_is_killed_five_times(clinic: Clinic) -> None:
    throws = dice()
    writing = clinic.write_meanwhile(40, every=0.3)
    for _ in range(5):
        clinic.stack.pass_time(throws.uniform(0.3, 2))
        clinic.kill_postgres()
    writing.join(120)
    clinic.count()
