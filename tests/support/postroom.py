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
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.request import urlopen

from .forked import Forked
from .lifeline import end_with_parent
from .oracle import read_register
from .postgres import drop_database, new_database

Process = Forked | subprocess.Popen
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
        self._spawned: list[Process] = []
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
        done = self._run(self.module, argv, timeout, env)
        if check and done.returncode:
            raise AssertionError(
                f"postroom {' '.join(map(str, argv))} ended with {done.returncode}:\n"
                f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
            )
        return done

    def spawn(self, *argv, **env: str) -> Process:
        """`postroom ARGV` in a process group of its own, talking into the log file."""
        process = self._begin(self.module, argv, env, self.log_file)
        self._spawned.append(process)
        return process

    def command(self, *argv) -> list[str]:
        """The argument list of `postroom ARGV`, for those who start it themselves."""
        return [sys.executable, "-m", self.module, *map(str, argv)]

    def _run(self, module: str, argv, timeout: float, env) -> subprocess.CompletedProcess:
        """A module to its end, and all it said."""
        with tempfile.TemporaryDirectory() as folder:
            said = Path(folder, "out"), Path(folder, "errors")
            process = self._begin(module, argv, env, *said)
            try:
                status = process.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill(process)
                raise
            texts = [path.read_text() if path.exists() else "" for path in said]
        return subprocess.CompletedProcess(process.args, status, *texts)

    def _begin(self, module: str, argv, env: dict[str, str], *to: Path) -> Process:
        words, environment = [str(word) for word in argv], self.environment(**env)
        if "LD_PRELOAD" not in env:
            return Forked(module, words, environment, ROOT, *to)
        # For the loader, which has done its work already in what is forked.
        with to[0].open("ab") as out, to[-1].open("ab") as errors:
            return subprocess.Popen(
                [sys.executable, "-m", module, *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                start_new_session=True,
                preexec_fn=end_with_parent(),
            )

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

    def kill(self, process: Process) -> None:
        """SIGKILL to a process and all it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)  # it may not lead its group yet
        process.wait()

    def stop(self, process: Process, timeout: float = 70) -> int:
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

    def add_smtp(
        self, port: int, *, name: str = "Desk", more: Iterable[str] = (), check: bool = True
    ):
        """Connect a sending server without TLS, as loopback allows."""
        return self.run(
            *("smtp", "add", "--name", name, "--address", "desk@practice.test"),
            *("--host", "127.0.0.1", "--port", port, "--security", "none"),
            *more,
            check=check,
        )

    def queue(self, recipients: Iterable[str], *, account: str = "Desk", **env: str) -> None:
        """Queue a letter to each of these addresses, due at once."""
        done = self._run("tests.support.queue_letters", (account, *recipients), 120, env)
        assert done.returncode == 0, done.stderr

    def outbox(self) -> list[dict]:
        """The lines of `postroom outbox --json`."""
        return read_register(self.run("outbox", "--json").stdout)

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
        done = self._run("tests.support.assign", (entry, reference), 60, env)
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
        self.log_file.touch()
        before = self.log_file.stat().st_size
        worker = self.spawn("worker")

        def well() -> bool:
            assert worker.poll() is None, f"the worker ended by itself:\n{self.log()}"
            # Until it has begun it does not know how to stop well.
            return b" starts as " in self.log_file.read_bytes()[before:] and also()

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
        with urlopen(url, timeout=30) as answer:
            return answer.status == 200
    except OSError:
        return False


def sync_report(done: subprocess.CompletedProcess) -> list[dict]:
    """The JSON lines of `postroom sync --json`."""
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
