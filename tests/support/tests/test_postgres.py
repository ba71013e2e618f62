"""The throw-away PostgreSQL starts, copies databases and leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests.support import postgres as postgres_module
from tests.support.postgres import Postgres, drop_database, new_database


@pytest.fixture(scope="module")
def cluster():
    with Postgres() as url:
        yield url


def test_a_copy_has_its_template_s_rows_and_goes_its_own_way(cluster):
    first = new_database(cluster)
    with psycopg.connect(first, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a text); INSERT INTO t VALUES ('é')")
    second = new_database(cluster, first)
    with psycopg.connect(second, autocommit=True) as connection:
        connection.execute("INSERT INTO t VALUES ('two')")
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (2,)
    with psycopg.connect(first) as connection:
        assert connection.execute("SELECT a FROM t").fetchall() == [("é",)]


def test_a_dropped_database_is_gone_though_someone_is_in_it(cluster):
    url = new_database(cluster)
    with psycopg.connect(url):
        drop_database(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url)


def test_a_command_runs_beside_a_cluster_that_is_gone_afterwards():
    code = (
        "import os, psycopg; url = os.environ['POSTROOM_DATABASE_URL'];"
        "print(psycopg.connect(url).execute('show data_directory').fetchone()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.postgres", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip().endswith("/data")
    assert not Path(done.stdout.strip()).exists()


def test_a_missing_postgresql_is_named_with_its_package(monkeypatch):
    monkeypatch.setattr(postgres_module.Path, "glob", lambda *a: iter(()))
    with pytest.raises(RuntimeError, match="install Debian's package postgresql"):
        Postgres().__enter__()
