"""The driver of the product, tried on small programs that stand in for it."""

import signal
import time
from pathlib import Path

import psycopg
import pytest

from tests.support.crashpoints import crash_points
from tests.support.postgres import Postgres
from tests.support.postroom import CLIENT_COLUMNS, House


def standing_in(house, monkeypatch, program):
    path = house.folder / "stand_in.py"
    path.write_text(program)
    monkeypatch.setattr(house, "module", str(path))


@pytest.fixture
def house(tmp_path):
    with House(tmp_path / "house") as one:
        yield one


def test_its_processes_see_its_own_settings_and_no_others(house, monkeypatch):
    monkeypatch.setenv("POSTROOM_DATABASE_URL", "postgresql://elsewhere")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "elsewhere")
    seen = house.environment(POSTROOM_CRASH_AT="x:1")
    assert {name for name in seen if name.startswith(("POSTROOM_", "DJANGO_"))} == {
        "POSTROOM_DATA",
        "POSTROOM_SECRET_KEY_FILE",
        "POSTROOM_POLL_SECONDS",
        "POSTROOM_RETRY_SECONDS",
        "POSTROOM_CRASH_AT",
    }
    assert (house.folder / "secret-key").stat().st_mode & 0o077 == 0


def test_a_failing_command_says_what_it_said(house, monkeypatch):
    standing_in(house, monkeypatch, "import sys; print('one'); sys.exit('two')")
    with pytest.raises(AssertionError, match=r"(?s)postroom sync --json ended with 1.*one.*two"):
        house.sync()
    assert house.sync(check=False).returncode == 1


def test_a_stop_is_gentle_and_a_kill_takes_the_whole_group(house, monkeypatch):
    standing_in(
        house,
        monkeypatch,
        "import signal, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "def end(*_):\n"
        "    child.kill(); child.wait(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n",
    )
    gentle, hard = house.spawn("worker"), house.spawn("worker")
    limit = time.monotonic() + 60
    while len(house.log().split()) < 2:
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert house.stop(gentle) == 0
    house.kill(hard)
    assert hard.returncode == -signal.SIGKILL
    limit = time.monotonic() + 60
    while any(running(int(child)) for child in house.log().split()):
        assert time.monotonic() < limit
        time.sleep(0.05)


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_waiting_ends_when_idle_says_so_and_gives_up_with_its_words(house, monkeypatch):
    standing_in(
        house,
        monkeypatch,
        "import os, pathlib, sys\n"
        "path = pathlib.Path(os.environ['POSTROOM_DATA']) / 'asked'\n"
        "n = int(path.read_text()) if path.exists() else 0\n"
        "path.write_text(str(n + 1))\n"
        "sys.exit(0 if n >= 2 else '3 open questions')\n",
    )
    house.wait_idle(20)
    assert (house.data / "asked").read_text() == "3"
    (house.data / "asked").write_text("-100")
    with pytest.raises(AssertionError, match="3 open questions"):
        house.wait_idle(0.2)


def test_calm_fails_at_once_when_the_worker_dies(house, monkeypatch):
    standing_in(house, monkeypatch, "import sys; sys.exit('no key')")
    with pytest.raises(AssertionError):
        house.calm(30)


def test_clients_are_written_with_every_column(house, monkeypatch):
    standing_in(house, monkeypatch, "import sys; print(open(sys.argv[3]).read())")
    monkeypatch.setattr(house, "run", lambda *argv, run=house.run: seen.append(run(*argv)))
    seen = []
    house.import_clients([{"reference": "C1", "name": "Aïda", "email": "a@b.test;c@d.test"}])
    assert seen[0].stdout.splitlines()[0] == ",".join(CLIENT_COLUMNS)
    assert seen[0].stdout.splitlines()[1] == "C1,Aïda,a@b.test;c@d.test,,,,,"


def test_a_copy_has_the_same_data_and_goes_its_own_way(house, tmp_path):
    (house.data / "raw").write_text("mail")
    with house.copy(tmp_path / "second") as second:
        (second.data / "raw").write_text("other")
        assert second.environment()["POSTROOM_DATA"] == str(tmp_path / "second" / "data")
        assert (second.folder / "secret-key").read_text() == (
            house.folder / "secret-key"
        ).read_text()
    assert (house.data / "raw").read_text() == "mail"


def test_on_postgresql_each_house_has_a_database_of_its_own(tmp_path):
    with Postgres() as cluster:
        with House.build(tmp_path / "one", cluster) as one:
            with psycopg.connect(one.database_url, autocommit=True) as connection:
                connection.execute("CREATE TABLE t (a int)")
            with one.copy(tmp_path / "two") as two:
                assert two.environment()["POSTROOM_DATABASE_URL"] != one.database_url
                with psycopg.connect(two.database_url) as connection:
                    assert connection.execute("SELECT * FROM t").fetchall() == []
        with psycopg.connect(cluster) as connection:
            left = connection.execute(
                "SELECT count(*) FROM pg_database WHERE datname LIKE 'postroom_%'"
            ).fetchone()
        assert left == (0,)


def test_crash_points_are_found_in_the_rooms_and_not_in_their_tests(tmp_path):
    room = tmp_path / "intake"
    (room / "tests").mkdir(parents=True)
    (room / "actions.py").write_text(
        'crash_point("after-raw")\n  crash_point(\'after-move\')\ncrash_point("after-raw")\n'
    )
    (room / "tests" / "test_x.py").write_text('crash_point("never")')
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "actions.py").write_text('crash_point("elsewhere")')
    assert crash_points(root=tmp_path) == ["after-raw", "after-move"]
