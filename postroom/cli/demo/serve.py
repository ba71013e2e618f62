"""`postroom demo`: from nothing to a working sample practice, in one command.

    mail server ─▶ setup, import, account (once) ─▶ postroom serve ─▶ address ─▶ post arrives

The product is only driven through its own command line, as a person would do it.
"""

from __future__ import annotations

import http.client
import imaplib
import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from . import letters, lifeline
from .book import TEAM, appointments_csv, due_csv
from .envelope import PRACTICE as DESK
from .mailserver import MailServer, MailServerError, free_port, is_free
from .people import clients_csv
from .state import Folder, State

PRODUCT = (sys.executable, "-m", "postroom")
PRACTICE = "Tern & Thistle Vets"
ADMIN = "ines@ternthistle.example"
COUNTRY = "GB"  # reads telephone numbers that do not name theirs
CLIENTS = "Our practice system"  # where the list of clients comes from
WEB_SECONDS = 180.0
# Postroom gives a message on the wire a minute to be answered before it stops.
STOP_SECONDS = 70.0
PAUSE = (20.0, 40.0)
# The settings of a real installation on the same machine must not draw the demo into its database.
NOT_OURS = frozenset({"POSTROOM_DATABASE_URL", "POSTROOM_SECRET_KEY_FILE", "POSTROOM_HOSTS"})
WELCOME = """
This is a sample practice. Its clients are invented, and their letters arrive while you look
around. Marcus, Sunniva, Joséphine and Callum have a role each, and sign in with the same password
(as marcus@ternthistle.example and so on). Nothing you send from here leaves this computer. To stop,
press Ctrl+C; everything you did is kept in {data} and will be there next time.
"""


class StepFailed(Exception):
    """A command of the product failed; the text is what it said."""


def run(data: Path | None, port: int, product: Sequence[str] = PRODUCT) -> int:
    """Run the demo until SIGINT or SIGTERM; returns the exit code. Main thread only.

    `data` defaults to POSTROOM_DATA, then to `.demo` here; a `port` in use gives way to a free one.
    """
    data = (data or Path(os.environ.get("POSTROOM_DATA") or ".demo")).resolve()
    if (data / "postroom.sqlite3").exists() and not (data / "demo").exists():
        _say(f"{data} holds a practice that is not the sample one. Name another folder.")
        return 1
    folder = Folder(data)
    enough = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: enough.set())
    with folder.alone() as alone:
        if not alone:
            _say(f"A demo already runs with the folder {data}.")
            return 1
        try:
            return _Demo(data, folder, product, enough).run(port)
        except (MailServerError, StepFailed) as error:
            _say(str(error))
            return 1


class _Demo:
    """One run."""

    def __init__(
        self, data: Path, folder: Folder, product: Sequence[str], enough: threading.Event
    ) -> None:
        self.data, self.folder, self.product, self.enough = data, folder, product, enough
        self.state: State = folder.load()
        self.server = MailServer(self.state.mail_password, folder.log)
        self.web_port = 0

    def run(self, port: int) -> int:
        _say("Getting the sample practice ready…")
        self.folder.save(self.state)
        self.web_port = port if port and is_free(port) else free_port()
        self.state.imap_port = self.server.start(self.state.imap_port).imap
        self.folder.save(self.state)
        postman = threading.Thread(target=self._bring_post, name="postman")
        web = None
        try:
            self.server.put_back(self.folder.take_waiting())
            self.folder.forget_waiting()
            self._prepare()
            web = self._start_web()
            if not self._answers(web):
                return self._report_web(web)
            self._welcome()
            postman.start()
            while not self.enough.wait(0.5):
                if web.poll() is not None:
                    return self._report_web(web)
                if not self.server.is_running():
                    raise MailServerError(f"The mail server stopped; see {self.folder.log}")
            return 0
        finally:
            self._stop(web, postman)

    def _prepare(self) -> None:
        """The steps of a new practice, each done once; the account again when its port moved."""
        if "setup" not in self.state.done:
            with self.folder.secret("password", self.state.password) as file:
                who = ("--practice", PRACTICE, "--admin", ADMIN, "--country", COUNTRY)
                self._postroom("setup", *who, "--password-file", file)
            self._done("setup")
        if "clients" not in self.state.done:
            file = str(self.folder.write("clients.csv", clients_csv()))
            self._postroom("import", "clients", file, "--source", CLIENTS)
            self._done("clients")
        if "team" not in self.state.done:
            with self.folder.secret("password", self.state.password) as file:
                for name, email, role, here in TEAM:
                    somebody = (email, "--name", name, "--role", role)
                    more = ("--password-file", file) if here else ()
                    self._postroom("member", "add" if here else "invite", *somebody, *more)
            self._done("team")
        self._bring_book(datetime.now(UTC).date())
        if self.state.account_port != self.server.ports.imap:
            with self.folder.secret("mail-password", self.state.mail_password) as file:
                for folder in (self._filed(), self._shared()):
                    self._postroom(*self._account(file), *folder)
            self.state.account_port = self.server.ports.imap
            self.folder.save(self.state)
        self._postroom(*self._sending())  # its port is another one each time

    def _bring_book(self, today: date) -> None:
        """Once a day: what was to come is past then."""
        if self.state.book_day == today.isoformat():
            return
        for kind, text in (("appointments", appointments_csv(today)), ("due", due_csv(today))):
            self._postroom("import", kind, str(self.folder.write(f"{kind}.csv", text)))
        self.state.book_day = today.isoformat()
        self.folder.save(self.state)

    def _account(self, password_file: str) -> tuple[str, ...]:
        return (
            *("account", "add", "--name", "Front desk", "--host", "127.0.0.1"),
            *("--port", str(self.server.ports.imap), "--security", "none", "--user", "desk"),
            *("--password-file", password_file, "--resolved", "Resolved", "--create-folders"),
        )

    def _filed(self) -> tuple[str, ...]:
        return ("--incoming", "Incoming", "--unresolved", "Unresolved")

    def _shared(self) -> tuple[str, ...]:
        """The inbox, where letters to the general address come in: all of it is shared."""
        return ("--kind", "inbox", "--incoming", "INBOX")

    def _sending(self) -> tuple[str, ...]:
        return (
            *("smtp", "add", "--name", "Front desk", "--address", DESK),
            *("--display-name", PRACTICE, "--host", "127.0.0.1", "--security", "none"),
            *("--port", str(self.server.ports.smtp), "--sent-in", "Front desk"),
        )

    def _postroom(self, *arguments: str) -> None:
        if self.enough.is_set():
            raise StepFailed("Stopped before the sample practice was ready.")
        command = [*self.product, *arguments]
        done = subprocess.run(command, env=self._env(), capture_output=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise StepFailed(f"“postroom {' '.join(arguments[:2])}” failed:\n{said}")

    def _env(self) -> dict[str, str]:
        ours = lifeline.environment(
            POSTROOM_DATA=str(self.data),
            POSTROOM_ADDRESS=f"http://localhost:{self.web_port}",
            POSTROOM_EMAIL_URL=f"smtp://127.0.0.1:{self.server.ports.smtp}",
            POSTROOM_PRIVATE_MAIL_HOSTS="yes",
            POSTROOM_DEMO="yes",
        )
        return {name: value for name, value in ours.items() if name not in NOT_OURS}

    def _start_web(self) -> subprocess.Popen[bytes]:
        command = [*self.product, "serve", "--host", "127.0.0.1", "--port", str(self.web_port)]
        with self.folder.web_log.open("ab") as log:
            return lifeline.start(command, self._env(), log, log)

    def _answers(self, web: subprocess.Popen[bytes]) -> bool:
        end = time.monotonic() + WEB_SECONDS
        while time.monotonic() < end and web.poll() is None and not self.enough.is_set():
            if _web_answers(self.web_port):
                return True
            time.sleep(0.1)
        return False

    def _report_web(self, web: subprocess.Popen[bytes]) -> int:
        if self.enough.is_set():
            return 0
        what = "does not answer" if web.poll() is None else "stopped by itself"
        last = self.folder.web_log.read_text(errors="replace").splitlines()[-15:]
        _say("\n".join((f"Postroom {what}. Its last words ({self.folder.web_log}):", *last)))
        return 1

    def _welcome(self) -> None:
        print(f"Address:  http://localhost:{self.web_port}/", flush=True)
        print(f"User:     {ADMIN}", flush=True)
        print(f"Password: {self.state.password}", flush=True)
        print(WELCOME.format(data=self.data), flush=True)

    def _bring_post(self) -> None:
        """The months behind us in one burst, then a letter now and then."""
        rng = random.Random()
        burst = letters.letters(datetime.fromisoformat(self.state.born))[self.state.delivered :]
        while not self.enough.is_set():
            try:
                for _ in self.server.deliver(burst):
                    self.state.delivered += 1
                    if self.state.delivered % 25 == 0:
                        self.folder.save(self.state)
                    if self.enough.is_set():
                        return
                burst = []
                if self.enough.wait(rng.uniform(*PAUSE)):
                    return
                fresh = letters.one_more(rng, datetime.now(UTC))
                for _ in self.server.deliver([fresh]):
                    pass
            except (OSError, smtplib.SMTPException) as error:
                _say(f"A letter could not be delivered: {error}")
                burst = burst and letters.letters(datetime.fromisoformat(self.state.born))
                burst = burst[self.state.delivered :]
                self.enough.wait(5)

    def _stop(self, web: subprocess.Popen[bytes] | None, postman: threading.Thread) -> None:
        self.enough.set()
        if web:
            lifeline.stop(web, STOP_SECONDS)
        if postman.is_alive():
            postman.join(30)
        try:
            self.folder.keep_waiting(self.server.waiting())
        except (OSError, imaplib.IMAP4.error) as error:
            _say(f"Letters that were not filed yet are lost: {error}")
        finally:
            self.folder.save(self.state)
            self.server.stop()

    def _done(self, step: str) -> None:
        self.state.done.append(step)
        self.folder.save(self.state)


def _web_answers(port: int) -> bool:
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        wire.request("GET", "/", headers={"Host": f"localhost:{port}"})
        wire.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        wire.close()
    return True


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
