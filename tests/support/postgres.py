"""A throw-away PostgreSQL cluster on loopback.

    python -m tests.support.postgres COMMAND ...

runs a command with POSTROOM_DATABASE_URL set to a cluster that is gone afterwards.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql


class Postgres:
    """`with Postgres() as url:` gives the address of a fresh cluster's first database."""

    def __init__(self) -> None:
        self.folder: Path | None = None

    def __enter__(self) -> str:
        programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        account = _account()
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        try:
            self._run(programs / "initdb", "-U", "postgres", "--auth=trust", "-E", "UTF8",
                      "--locale=C.UTF-8", "--no-sync")  # fmt: skip
            return self._start(programs)
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_) -> None:
        if (self.folder / "data" / "postmaster.pid").exists():
            self._run(_programs() / "pg_ctl", "stop", "-m", "immediate", "-w")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, programs: Path) -> str:
        for _ in range(5):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            options = (
                f"-p {port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
                " -c full_page_writes=off -c synchronous_commit=off -c max_connections=60"
            )
            log = str(self.folder / "log")
            try:
                self._run(programs / "pg_ctl", "start", "-w", "-l", log, "-o", options)
            except RuntimeError:
                continue  # someone took the port in between
            return f"postgresql://postgres@127.0.0.1:{port}/postgres"
        raise RuntimeError(
            f"PostgreSQL did not start:\n{(self.folder / 'log').read_text()[-3000:]}"
        )

    def _run(self, program: Path, *words: str) -> None:
        """Run one of PostgreSQL's programs; it refuses root, so root lends it an account."""
        lent = ["runuser", "-u", _account().pw_name, "--"] if os.geteuid() == 0 else []
        output = self.folder / "output"
        with output.open("ab") as file:  # a pipe would stay open in the server
            done = subprocess.run(
                [*lent, program, "-D", self.folder / "data", *words],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=self.folder,
                timeout=120,
            )
        if done.returncode:
            raise RuntimeError(f"{program.name} failed:\n{output.read_text()[-3000:]}")


def new_database(url: str, template: str | None = None) -> str:
    """Create a database on the server of `url`, a copy of the one `template` names; its URL."""
    name = f"postroom_{uuid.uuid4().hex[:12]}"
    order = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(_name(template) if template else "template0")
    )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(order)
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def drop_database(url: str) -> None:
    """Drop the database `url` names, whoever is still in it."""
    server = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(_name(url)))
        )


def dump_database(url: str) -> bytes:
    """Every row of the database, as pg_dump writes it."""
    program = _programs() / "pg_dump"
    return subprocess.run([program, url], capture_output=True, check=True, timeout=120).stdout


def _name(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


def _account() -> pwd.struct_passwd:
    return pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _programs() -> Path:
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3])
    )
    if not found:
        raise RuntimeError("PostgreSQL is missing: install Debian's package postgresql")
    return found[-1].parent


def main(argv: list[str]) -> int:
    """Run a command beside a throw-away cluster; its exit status."""
    with Postgres() as url:
        return subprocess.run(argv, env={**os.environ, "POSTROOM_DATABASE_URL": url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
