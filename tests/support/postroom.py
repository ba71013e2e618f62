"""Drives the product as a practice's computer does: real processes, its command line, its data."""

import contextlib
import csv
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.request import urlopen

from .lifeline import end_with_parent
from .oracle import read_register
from .postgres import drop_database, new_database

ROOT = Path(__file__).resolve().parents[2]
PRACTICE, ADMIN = "Cabinet des Tilleuls", "anna@practice.test"
ADMIN_PASSWORD = "correct horse battery 7!"
CLIENT_COLUMNS = (
    "reference", "name", "email", "phone", "group", "language", "birth date", "patients"
)  # fmt: skip


class House:
    """One installation with its own data, database and processes.

    folder        everything of it lies here
    database_url  a PostgreSQL database of its own; SQLite in the data folder if None
    module        what is run when `postroom` is called
    """

    module = "postroom"

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self.folder, self.database_url = Path(folder), database_url
        self.data, self.log_file = self.folder / "data", self.folder / "processes.log"
        self._spawned: list[subprocess.Popen] = []
        self.data.mkdir(parents=True, exist_ok=True)
        self._key = self.folder / "secret-key"
        if not self._key.exists():
            self._write_secret(self._key, secrets.token_urlsafe(48))

    @classmethod
    def build(cls, folder: Path, cluster_url: str | None = None) -> "House":
        """A house with a database of its own on the cluster named, or with SQLite."""
        return cls(folder, new_database(cluster_url) if cluster_url else None)

    def __enter__(self) -> "House":
        return self

    def __exit__(self, *_) -> None:
        for process in self._spawned:
            self.kill(process)
        if self.database_url:
            drop_database(self.database_url)

    def copy(self, folder: Path) -> "House":
        """A second house just like this one, which must not be running; much cheaper than setup."""
        shutil.copytree(self.folder, folder)
        url = self.database_url
        return House(folder, new_database(url, template=url) if url else None)

    # -- processes ---------------------------------------------------------

    def environment(self, **more: str) -> dict[str, str]:
        """What its processes see: nothing of the tests' own settings."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("POSTROOM_", "DJANGO_", "PYTEST_"))
        }
        kept |= {
            "POSTROOM_DATA": str(self.data),
            "POSTROOM_SECRET_KEY_FILE": str(self._key),
            "POSTROOM_POLL_SECONDS": "0.2",
            "POSTROOM_RETRY_SECONDS": "0.2",
        }
        if self.database_url:
            kept["POSTROOM_DATABASE_URL"] = self.database_url
        return kept | more

    def run(self, *argv, check: bool = True, timeout: float = 120, **env: str):
        """`postroom ARGV` to its end. Raises with all it said when it fails and `check` is set."""
        done = subprocess.run(
            self.command(*argv),
            cwd=ROOT,
            env=self.environment(**env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if check and done.returncode:
            raise AssertionError(
                f"postroom {' '.join(map(str, argv))} ended with {done.returncode}:\n"
                f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
        return done

    def spawn(self, *argv, **env: str) -> subprocess.Popen:
        """`postroom ARGV` in a process group of its own, talking into the log file."""
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                self.command(*argv),
                cwd=ROOT,
                env=self.environment(**env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent(),
            )
        self._spawned.append(process)
        return process

    def command(self, *argv) -> list[str]:
        """The argument list of `postroom ARGV`."""
        return [sys.executable, "-m", self.module, *map(str, argv)]

    @contextlib.contextmanager
    def serving(self, command: str = "web", **env: str) -> Iterator[str]:
        """`postroom web` (or serve) on a free port while the block lasts; its address."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        process = self.spawn(command, "--port", port, POSTROOM_ADDRESS=base, **env)
        limit = time.monotonic() + 120
        while not _answers(f"{base}/healthz"):
            assert process.poll() is None and time.monotonic() < limit, self.log()
            time.sleep(0.1)
        try:
            yield base
        finally:
            self.stop(process)

    def kill(self, process: subprocess.Popen) -> None:
        """SIGKILL to a process and all it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, process: subprocess.Popen, timeout: float = 70) -> int:
        """SIGTERM, and its exit status."""
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            return process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill(process)
            raise AssertionError(f"it did not stop within {timeout} s:\n{self.log()}") from None

    def log(self) -> str:
        """The end of what its processes said."""
        return self.log_file.read_text(errors="replace")[-4000:] if self.log_file.exists() else ""

    # -- what a practice does ----------------------------------------------

    def setup(self) -> None:
        """The practice and its first administrator."""
        password = self._write_secret(self.folder / "admin-password", ADMIN_PASSWORD)
        self.run("setup", "--practice", PRACTICE, "--admin", ADMIN, "--password-file", password)

    def import_clients(self, rows: Iterable[dict[str, str]]) -> None:
        """Import clients given as rows with some of CLIENT_COLUMNS."""
        path = self.folder / "clients.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, CLIENT_COLUMNS, restval="")
            writer.writeheader()
            writer.writerows(rows)
        self.run("import", "clients", path)

    def add_account(
        self,
        server,
        user: str,
        *,
        name: str = "Desk",
        security: str = "tls",
        port: int | None = None,
        incoming: str = "Incoming",
        resolved: str = "Resolved",
        unresolved: str = "Unresolved",
        more: Iterable[str] = (),
        check: bool = True,
    ):
        """Connect a mailbox of a Dovecot or scripted server.

        port   that of a proxy before it
        more   further options of the command
        """
        password = self._write_secret(self.folder / f"password-{name}", server.password)
        return self.run(
            *("account", "add", "--name", name, "--host", server.host),
            *("--port", port or server.ports[security], "--security", security),
            *("--user", user, "--password-file", password),
            *(("--ca-file", server.ca_file) if security != "none" else ()),
            *("--incoming", incoming, "--resolved", resolved, "--unresolved", unresolved),
            *more,
            check=check,
        )

    def sync(self, *, check: bool = True, **env: str):
        """One full pass over every account."""
        return self.run("sync", "--json", check=check, **env)

    def register(self, *, client: str | None = None, unresolved: bool = False) -> list[dict]:
        """The register's lines, one for each entry and stored mail."""
        argv = ["--client", client] if client else []
        argv += ["--unresolved"] if unresolved else []
        return read_register(self.run("register", *argv, "--json").stdout)

    def assign(self, entry, reference: str, **env: str) -> None:
        """Give an unresolved entry to a client, as a person at the desk does."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.support.assign", str(entry), reference],
            cwd=ROOT,
            env=self.environment(**env),
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr

    def is_idle(self) -> bool:
        """Whether nothing is open: no question to a server, nothing due."""
        return self.run("idle", check=False).returncode == 0

    def wait_idle(self, timeout: float = 60, also: Callable[[], bool] = lambda: True) -> None:
        """Wait until nothing is open and `also` holds (asked first: it is cheaper)."""
        limit = time.monotonic() + timeout
        while not (also() and self.is_idle()):
            if time.monotonic() > limit:
                said = self.run("idle", check=False)
                raise AssertionError(
                    f"not idle after {timeout} s: {said.stdout}{said.stderr}\n{self.log()}"
                )
            time.sleep(0.1)

    def calm(self, timeout: float = 60, also: Callable[[], bool] = lambda: True) -> None:
        """Let a worker run unharmed until nothing is open; it must live so long and stop well."""
        worker = self.spawn("worker")

        def well() -> bool:
            assert worker.poll() is None, f"the worker ended by itself:\n{self.log()}"
            return also()

        try:
            self.wait_idle(timeout, well)
        finally:
            status = self.stop(worker)
        assert status == 0, f"stopped with {status}:\n{self.log()}"

    @staticmethod
    def _write_secret(path: Path, text: str) -> Path:
        path.touch(mode=0o600)
        path.write_text(text)
        return path


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def sync_report(done: subprocess.CompletedProcess) -> list[dict]:
    """The JSON lines of `postroom sync --json`."""
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
