"""A throw-away Dovecot on loopback: TLS, STARTTLS and plain, any user name, one password.

It runs wholly as one unprivileged account (the tests' own, or `mail` when the tests are root)
and touches nothing outside its folder.
"""

import contextlib
import grp
import imaplib
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from imapclient import imap_utf7

from .certificates import GOOD_NAMES, write_certificates
from .dovecot_config import dovecot_config
from .lifeline import end_with_parent
from .mailbox import OWN_NAME, Folder, Mailbox

FOLDERS = ("Incoming", "Resolved", "Unresolved")
_SAID = re.compile(rb"\d+\.\d+ \S+ ([A-Za-z].*)")
CAPABILITIES = (
    *("IMAP4rev1", "SASL-IR", "LITERAL+", "ID", "ENABLE", "IDLE", "NAMESPACE", "CHILDREN"),
    *("LIST-EXTENDED", "LIST-STATUS", "UIDPLUS", "MOVE", "CONDSTORE", "QRESYNC", "ESEARCH"),
    *("SEARCHRES", "UNSELECT", "MULTIAPPEND", "QUOTA"),
)


class Dovecot:
    """`with Dovecot() as server:` starts it; everything is gone afterwards.

    folder     where it lives; its own short folder in the temporary directory if None. It must be
               reachable by the account Dovecot runs as, and short: Unix sockets lie in it.
    separator  between a folder and its child
    hide       capabilities the server does not own up to
    names      whom its certificate is for (certificates.WRONG_NAMES: someone else)
    days       how long its certificate still holds; below zero it has run out
    password   of every user; `connect` can only give one of plain letters
    """

    def __init__(
        self,
        folder=None,
        *,
        separator="/",
        hide=(),
        names=GOOD_NAMES,
        days=2,
        password="test-only",
    ) -> None:
        self.host, self.password = "127.0.0.1", password
        self.separator, self.hide = separator, tuple(hide)
        self._names, self._days = names, days
        self._own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="dvc"))
        self.ca_file = self.folder / "ca.pem"
        self.ports: dict[str, int] = {}
        self._process: subprocess.Popen | None = None
        self._numbers = itertools.count(1)

    def __enter__(self) -> "Dovecot":
        try:
            self._prepare()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # -- the server itself ------------------------------------------------

    def start(self) -> None:
        """Start it; on the ports it had before, if it had some."""
        for attempt in range(5):
            if not self.ports or attempt:
                self.ports = dict(zip(("none", "starttls", "tls"), _free_ports(3), strict=True))
            self._write_config()
            with (self.folder / "output").open("ab") as output:
                self._process = subprocess.Popen(
                    [_program("dovecot"), "-F", "-c", str(self.folder / "dovecot.conf")],
                    stdin=subprocess.DEVNULL,
                    stdout=output,  # a pipe would stay open for ever in its children
                    stderr=output,
                    cwd=self.folder,
                    start_new_session=True,
                    preexec_fn=end_with_parent(),
                    **self._account(),
                )
            if self._answers():
                return
            self.stop()
        raise RuntimeError(f"Dovecot did not start:\n{self.log()[-3000:]}")

    def stop(self) -> None:
        """Stop it and every session in it; `start` brings it back with all mails."""
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def set_capability(self, hide=()) -> None:
        """Hide capabilities from now on. A hidden command still works when called: see commands."""
        self.hide = tuple(hide)
        self.stop()
        self.start()

    def log(self) -> str:
        """What the server wrote down."""
        files = [self.folder / "output", self.folder / "dovecot.log"]
        return "".join(f.read_text(errors="replace") for f in files if f.exists())

    # -- mailboxes --------------------------------------------------------

    def connect(self, user: str) -> Mailbox:
        """A test's own plain connection to a user's mailbox."""
        return Mailbox(
            imaplib.IMAP4(self.host, self.ports["none"], timeout=30), user, self.password
        )

    def fresh_user(self, *folders: str) -> str:
        """A user nobody has used, with the three folders of a workflow (or those named)."""
        user = f"user{next(self._numbers)}@post.test"
        self.add_folders(user, *(folders or FOLDERS))
        return user

    def add_folders(self, user: str, *names: str) -> None:
        """Create folders that are not there yet."""
        with self.connect(user) as mailbox:
            mailbox.add_folders(*names)

    def append(self, user: str, folder: str, raw: bytes, flags=(), date=None) -> int:
        """Put one mail into a folder; its UID."""
        with self.connect(user) as mailbox:
            return mailbox.append(folder, raw, flags, date)

    def dump(self, user: str) -> dict[str, Folder]:
        """Every folder of a user and every mail in it."""
        with self.connect(user) as mailbox:
            return mailbox.dump()

    def reset_uidvalidity(self, user: str, folder: str, *, keep_uids: bool = False) -> None:
        """Give a folder another UIDVALIDITY, its mails kept.

        As after a restored backup: the user's sessions end, the list of UIDs is lost and mails are
        numbered from 1 on, so that an old UID now means another mail. With keep_uids only the
        number changes and nobody is thrown out.
        """
        before = self._uidvalidity(user, folder)
        while self._uidvalidity(user, folder) == before:
            if keep_uids:
                number = str(before + 7)
                self._doveadm("mailbox", "update", "-u", user, "--uid-validity", number, folder)
                continue
            # Never by moving the mails: two sessions moving one mail double it (2.3.19).
            with contextlib.suppress(RuntimeError):  # there was no session to end
                self._doveadm("kick", user)
            path = self._maildir(user, folder)
            for lost in [path / "dovecot-uidlist", *path.glob("dovecot.index*")]:
                lost.unlink(missing_ok=True)

    def quota(self, user: str, kib: int) -> None:
        """Limit a user's mailbox from the next login on; 0 lifts the limit."""
        path = self.folder / "users"
        lines = [x for x in path.read_text().splitlines() if not x.startswith(f"{user}:")]
        account = _account()
        rule = f"userdb_quota_rule=*:storage={kib}K" if kib else ""
        home = self.folder / "home" / user
        lines.append(f"{user}::{account.pw_uid}:{account.pw_gid}::{home}::{rule}")
        path.write_text("\n".join(lines) + "\n")
        limit = time.monotonic() + 60
        while self._storage_limit(user) != kib:  # Dovecot looks at the file once a second
            assert time.monotonic() < limit, self.log()[-2000:]
            time.sleep(0.1)

    def set_rights(self, user: str, folder: str, *rights: str) -> None:
        """What the user may do in a folder from now on: lookup read write insert expunge ..."""
        self._doveadm("acl", "set", "-u", user, folder, "owner", *rights)

    # -- who said what ----------------------------------------------------

    def watch(self, user: str) -> None:
        """Write down every command of this user's later sessions."""
        path = self.folder / "rawlog" / user
        path.mkdir(exist_ok=True)
        self._give(path)

    def commands(self, user: str) -> list[str]:
        """Commands since `watch`, without tags, session after session; not those of `connect`."""
        found = []
        for path in sorted((self.folder / "rawlog" / user).glob("*.in")):
            lines = path.read_bytes().splitlines()
            said = [m[1].decode("latin-1") for line in lines if (m := _SAID.match(line))]
            if OWN_NAME not in " ".join(said[:1]):
                found += said
        return found

    # -- inside -----------------------------------------------------------

    def _uidvalidity(self, user: str, folder: str) -> int:
        with self.connect(user) as mailbox:
            mailbox.select(folder, readonly=True)
            return int(mailbox.imap.response("UIDVALIDITY")[1][0])

    def _maildir(self, user: str, folder: str) -> Path:
        root = self.folder / "home" / user / "mail"
        if folder == "INBOX":
            return root
        name = imap_utf7.encode(folder.replace(self.separator, ".")).decode("ascii")
        return root / f".{name}"

    def _storage_limit(self, user: str) -> int:
        with self.connect(user) as mailbox:
            found = re.search(r"STORAGE \d+ (\d+)", repr(mailbox.imap.getquotaroot("INBOX")))
            return int(found[1]) if found else 0

    def _prepare(self) -> None:
        if os.geteuid() == 0:
            self.folder.chmod(0o711)
        _check_reachable(self.folder)
        write_certificates(self.folder, self._names, days=self._days)
        (self.folder / "users").touch()
        for name in ("run", "state", "home", "rawlog"):
            (self.folder / name).mkdir(exist_ok=True)
        for path in self.folder.iterdir():
            self._give(path)
        self._give(self.folder)

    def _write_config(self) -> None:
        visible = " ".join(c for c in CAPABILITIES if c not in self.hide)
        account = _account()
        text = dovecot_config(
            folder=self.folder,
            ports=self.ports,
            account=account.pw_name,
            group=grp.getgrgid(account.pw_gid).gr_name,
            password=self.password,
            separator=self.separator,
            capability=visible,
        )
        (self.folder / "dovecot.conf").write_text(text)

    def _answers(self) -> bool:
        limit = time.monotonic() + 60
        while time.monotonic() < limit and self._process.poll() is None:
            with (
                contextlib.suppress(OSError),
                socket.create_connection((self.host, self.ports["none"]), timeout=5) as connection,
            ):
                if connection.recv(100).startswith(b"* OK"):
                    return True
            time.sleep(0.02)
        return False

    def _doveadm(self, *words: str) -> None:
        done = subprocess.run(
            [_program("doveadm"), "-c", str(self.folder / "dovecot.conf"), *words],
            capture_output=True,
            text=True,
            timeout=60,
            cwd=self.folder,
            **self._account(),
        )
        if done.returncode:
            raise RuntimeError(f"doveadm {' '.join(words)}: {done.stderr}")

    def _account(self) -> dict:
        if os.geteuid():
            return {}
        account = _account()
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def _give(self, path: Path) -> None:
        account = _account()
        if os.geteuid() == 0:
            os.chown(path, account.pw_uid, account.pw_gid)


def _account() -> pwd.struct_passwd:
    """Whom Dovecot runs as: it refuses to run as root altogether."""
    return pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _check_reachable(folder: Path) -> None:
    if os.geteuid():
        return
    for parent in folder.resolve().parents:
        if not parent.stat().st_mode & 0o001:
            raise RuntimeError(f"Dovecot cannot reach {folder}: {parent} is closed to others")


def _program(name: str) -> str:
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if not path:
        raise RuntimeError(f"{name} is missing: install Debian's package dovecot-imapd")
    return path


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
