"""A throw-away Exim on loopback: TLS, STARTTLS with sign-in, and plain; it takes all and keeps it.

It runs wholly as one unprivileged account, as Dovecot does here, and delivers nothing: what it
took lies in its spool, and each line of its log that says so was written before its answer.
"""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .certificates import write_certificates
from .dovecot import _account, _free_ports
from .lifeline import end_with_parent

_CONFIG = """
primary_hostname = mail.test
exim_user = {user}
exim_group = {group}
spool_directory = {folder}/spool
log_file_path = {folder}/log/%s
pid_file_path = {folder}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {none} : {starttls} : {tls}
tls_on_connect_ports = {tls}
tls_advertise_hosts = ${{if eq{{$received_port}}{{{none}}}{{!*}}{{*}}}}
tls_certificate = {folder}/server.pem
tls_privatekey = {folder}/server.key
queue_only
host_lookup =
rfc1413_query_timeout = 0s
message_size_limit = 40M
smtp_accept_max = 200
smtp_accept_max_per_connection = 100000
log_selector = +received_recipients +smtp_protocol_error +smtp_syntax_error
acl_smtp_rcpt = rcpt
acl_smtp_data = data
allow_utf8_domains
smtputf8_advertise_hosts =
begin acl
rcpt:
  deny  message = relaying wants a sign-in
        !authenticated = *
        condition = ${{if !eq{{$received_port}}{{{none}}}}}
  deny  message = no such person here
        local_parts = ^unknown
  defer message = come again later
        local_parts = ^later
  accept
data:
  deny  message = we do not like its words
        condition = ${{if match{{$h_subject:}}{{^Refuse}}}}
  accept
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_set_id = $auth2
  server_condition = ${{if eq{{$auth3}}{{{password}}}}}
  server_advertise_condition = ${{if def:tls_in_cipher}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_set_id = $auth1
  server_condition = ${{if eq{{$auth2}}{{{password}}}}}
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""
_TAKEN = re.compile(r"<= (\S+) .*? id=(\S+) .*?\bfor (.+)$", re.M)


@dataclass(frozen=True)
class Taken:
    """A letter that the server has answered for."""

    sender: str
    message_id: str  # with its angle brackets
    recipients: tuple[str, ...]


class Exim:
    """`with Exim() as server:` starts it; everything is gone afterwards."""

    def __init__(self) -> None:
        self.host, self.password = "127.0.0.1", "test-only"
        self.folder = Path(tempfile.mkdtemp(prefix="exm"))
        self.ca_file = self.folder / "ca.pem"
        self.ports: dict[str, int] = {}
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> "Exim":
        write_certificates(self.folder)
        for name in ("spool", "log"):
            (self.folder / name).mkdir()
        account = _account()
        self.ports = dict(zip(("none", "starttls", "tls"), _free_ports(3), strict=True))
        (self.folder / "exim.conf").write_text(
            _CONFIG.format(
                folder=self.folder,
                user=account.pw_uid,
                group=account.pw_gid,
                password=self.password,
                **self.ports,
            )
        )
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                # Its configuration stays root's: Exim trusts no other.
                if path.name != "exim.conf":
                    shutil.chown(path, account.pw_uid, account.pw_gid)
        self._start()
        return self

    def __exit__(self, *_) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def taken(self) -> list[Taken]:
        """All it has taken so far, in order."""
        log = self.folder / "log" / "main"
        text = log.read_text(errors="replace") if log.exists() else ""
        return [Taken(m[1], f"<{m[2]}>", tuple(m[3].split())) for m in _TAKEN.finditer(text)]

    def _start(self) -> None:
        program = shutil.which("exim4") or shutil.which("exim4", path="/usr/sbin")
        if not program:
            raise RuntimeError("exim4 is missing: install Debian's package exim4-daemon-light")
        with (self.folder / "said").open("wb") as said:
            self._process = subprocess.Popen(
                [program, "-C", str(self.folder / "exim.conf"), "-bdf"],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                preexec_fn=end_with_parent(),
            )
        limit = time.monotonic() + 60
        while not all(_listens(port) for port in self.ports.values()):
            words = (self.folder / "said").read_text()
            assert self._process.poll() is None and time.monotonic() < limit, words
            time.sleep(0.05)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), 2):
            return True
    except OSError:
        return False
