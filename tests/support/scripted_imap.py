"""A small IMAP server whose answers a test may choose.

    with ScriptedImap() as server:
        server.put("Incoming", raw)
        server.answer("UID MOVE", ok_without_copyuid, times=1)   # see rare_answers.py
        ... let the product file ...
        assert "UID MOVE 1 \"Resolved\"" in server.commands

Unless told otherwise it behaves well: one user, the folders of a workflow, UIDPLUS, MOVE and IDLE.
A chosen answer is a function (session, tag, words) that sends what it likes and returns True, or
returns False to leave the command to the server.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from imapclient import imap_utf7

from .imap_store import Store
from .scripted_session import Session

CAPABILITIES = ("IMAP4rev1", "LITERAL+", "IDLE", "UIDPLUS", "MOVE", "NAMESPACE", "ID", "UNSELECT")


@dataclass
class Chosen:
    """An answer a test has chosen; `left` counts down, None is for ever."""

    command: str
    answer: Callable[..., bool]
    left: int | None
    given: int = 0

    def try_it(self, session, tag: str, args: list) -> bool:
        """Give it, unless it leaves this command to the server."""
        if not self.answer(session, tag, args):
            return False
        self.given += 1
        if self.left is not None:
            self.left -= 1
        return True


class ScriptedImap:
    """The server; `commands` holds every command line it got, without tags and literals."""

    def __init__(self, folders=("INBOX", "Incoming", "Resolved", "Unresolved"), hide=()) -> None:
        self.host, self.password = "127.0.0.1", "test-only"
        self.store = Store(*folders)
        self.capabilities = [c for c in CAPABILITIES if c not in hide]
        self.commands: list[str] = []
        self.errors: list[str] = []
        self._answers: list[Chosen] = []
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._sockets: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> "ScriptedImap":
        self._begin(self._accept)
        return self

    def __exit__(self, *_) -> None:
        for sock in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
        assert not self.errors, self.errors  # the server itself must not have stumbled

    def put(self, folder: str, raw: bytes, flags=(), date=None) -> int:
        """Put a mail into a folder; its UID."""
        with self.store.lock:
            return self.store.boxes[folder].add(raw, flags, date)

    def dump(self) -> dict:
        """What every folder holds, as Dovecot.dump gives it."""
        return self.store.dump()

    def answer(self, command: str, answer: Callable, *, times: int | None = None) -> None:
        """Choose the answer to a command (`UID MOVE`, `SELECT`, `LOGIN` ...), so many times."""
        self._answers.append(Chosen(command, answer, times))

    def calm(self) -> None:
        """Forget every chosen answer."""
        self._answers.clear()

    def given(self) -> int:
        """How many chosen answers have been given."""
        return sum(chosen.given for chosen in self._answers)

    def said(self, command: str) -> list[str]:
        """The lines received that begin with a command."""
        return [line for line in list(self.commands) if line.upper().startswith(command)]

    # -- for the sessions --------------------------------------------------

    def chosen_answers(self, command: str) -> list["Chosen"]:
        """What a test has chosen for this command, the first chosen first."""
        return [c for c in list(self._answers) if c.command == command and c.left != 0]

    def folder(self, name: str) -> str:
        """A folder's name out of modified UTF-7."""
        plain = imap_utf7.decode(name.encode("latin-1"))
        return "INBOX" if plain.upper() == "INBOX" else plain

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.add(sock)
            self._begin(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        try:
            Session(self, sock).run()
        except OSError:
            pass  # the client has gone: nothing to tell it
        except Exception as error:
            self.errors.append(repr(error))
        finally:
            self._sockets.discard(sock)
            sock.close()

    def _begin(self, target, *args) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()
