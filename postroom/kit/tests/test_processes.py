"""A worker's name tells whether it still lives."""

import subprocess
import sys

from postroom.kit.processes import Worker

NAME = "from postroom.kit.processes import Worker; print(Worker.this().name, flush=True)"


def test_a_living_worker_is_not_taken_for_dead():
    assert not Worker.this().knows_dead(Worker.this().name)


def test_one_that_ended_on_this_machine_is_known_to_be_dead():
    other = subprocess.run(
        [sys.executable, "-c", NAME], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert Worker.this().knows_dead(other)


def test_one_that_waits_to_be_reaped_is_dead_too():
    child = subprocess.Popen([sys.executable, "-c", NAME], stdout=subprocess.PIPE, text=True)
    name = child.stdout.readline().strip()
    child.stdout.read()  # it has closed its output: it is ending
    while child.poll() is None:
        pass
    assert Worker.this().knows_dead(name)
    child.stdout.close()


def test_of_another_machine_nothing_is_known():
    assert not Worker.this().knows_dead("elsewhere/1:99999:1")


def test_a_number_used_again_is_another_worker():
    host, pid, started = Worker.this().name.rsplit(":", 2)
    assert Worker.this().knows_dead(f"{host}:{pid}:{int(started) - 1}")
