"""A live test names the step that failed."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from postroom.connections.reaching import Settings
from postroom.connections.trying import Trial, try_account
from tests.support.rare_answers import refuse
from tests.support.scripted_imap import ScriptedImap


@contextlib.contextmanager
def greeting(line: bytes) -> Iterator[int]:
    """A server that says one line to whoever comes, and hangs up; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            with contextlib.suppress(OSError):
                sock, _ = listener.accept()
                with sock:
                    sock.sendall(line)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def names(trial: Trial) -> list[tuple[str, str]]:
    return [(step.name, step.code) for step in trial.steps]


def settings_at(port: int, security: str = "none") -> Settings:
    return Settings("127.0.0.1", port, security, "desk", "test-only", anywhere=True)


def test_every_step_is_told() -> None:
    with ScriptedImap(hide=("MOVE", "IDLE")) as server:
        trial = try_account(settings_at(server.port), ["Incoming", "Elsewhere"])
    assert names(trial) == [
        *(("name", ""), ("port", ""), ("greeting", ""), ("sign-in", ""), ("folders", "")),
        *(("folder", ""), ("folder", "folder-missing")),
    ]
    assert trial.notes == ["no-move", "no-idle"]
    assert "Incoming" in trial.folders
    assert Trial.from_data(trial.as_data()) == trial


@pytest.mark.parametrize(
    "line", [b"+OK POP3 ready\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"220 smtp.example ESMTP\r\n"]
)
def test_what_speaks_another_language_is_called_so(line: bytes) -> None:
    with greeting(line) as port:
        trial = try_account(settings_at(port))
    assert names(trial) == [("name", ""), ("port", ""), ("greeting", "not-imap")]


def test_a_closed_port_is_the_ports_trouble() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert names(try_account(settings_at(port))) == [("name", ""), ("port", "port-closed")]


class Unheard(list[str]):
    """Complaints that nobody keeps."""

    def append(self, _: str) -> None:
        pass


def test_a_plain_server_asked_for_tls_has_no_encryption() -> None:
    with ScriptedImap() as server:
        # It is no fault of the server that it was spoken to so; its thread may say so later.
        server.errors = Unheard()
        trial = try_account(settings_at(server.port, "tls"))
    assert names(trial)[-1] == ("encryption", "no-tls")


def test_a_server_without_starttls_gets_no_password() -> None:
    with ScriptedImap() as server:
        trial = try_account(settings_at(server.port, "starttls"))
    assert names(trial) == [
        *(("name", ""), ("port", ""), ("greeting", ""), ("encryption", "no-tls")),
    ]
    assert not any(command.startswith("LOGIN") for command in server.commands)


def test_a_refused_list_of_folders_is_its_own_step() -> None:
    with ScriptedImap() as server:
        server.answer("LIST", refuse("Not today"))
        trial = try_account(settings_at(server.port))
    assert names(trial)[-1] == ("folders", "server-error")
