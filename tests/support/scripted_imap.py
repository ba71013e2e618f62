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

from imapclient import imap_utf7

from .imap_store import Store
from .scripted_session import Session

CAPABILITIES = ("IMAP4rev1", "LITERAL+", "IDLE", "UIDPLUS", "MOVE", "NAMESPACE", "ID", "UNSELECT")


class ScriptedImap:
    """The server; `commands` holds every command line it got, without tags and literals."""

    def __init__(self, folders=("INBOX", "Incoming", "Resolved", "Unresolved"), hide=()) -> None:
        self.host, self.password = "127.0.0.1", "test-only"
        self.store = Store(*folders)
        self.capabilities = [c for c in CAPABILITIES if c not in hide]
        self.commands: list[str] = []
        self.errors: list[str] = []
        self._answers: list[dict] = []
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
        self._answers.append({"command": command, "answer": answer, "left": times})

    def calm(self) -> None:
        """Forget every chosen answer."""
        self._answers.clear()

    def said(self, command: str) -> list[str]:
        """The lines received that begin with a command."""
        return [line for line in list(self.commands) if line.upper().startswith(command)]

    # -- for the sessions --------------------------------------------------

    def chosen_answer(self, command: str) -> Callable | None:
        """The answer a test has chosen for this command now; it counts as used."""
        with self.store.lock:
            for entry in self._answers:
                if entry["command"] == command and entry["left"] != 0:
                    if entry["left"] is not None:
                        entry["left"] -= 1
                    return entry["answer"]
        return None

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
