"""The demo against a stand-in for the product's command line, which notes what it is asked."""

import http.client
import imaplib
import json
import queue
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from postroom.cli.demo import lifeline
from postroom.cli.demo.mailserver import free_port
from postroom.cli.demo.people import clients_csv

from .test_mailserver import is_alive, wait_until

PRODUCT = r"""
import http.server, json, os, pathlib, signal, sys, threading
argv = sys.argv[1:]
data = pathlib.Path(os.environ["POSTROOM_DATA"])
note = {"argv": argv, "pid": os.getpid()}
note["env"] = {k: v for k, v in os.environ.items() if k.startswith("POSTROOM_")}
if "--password-file" in argv:
    path = pathlib.Path(argv[argv.index("--password-file") + 1])
    note["password"], note["mode"] = path.read_text().strip(), path.stat().st_mode & 0o777
if argv[0] == "import":
    note["file"] = pathlib.Path(argv[2]).read_text()
with (data / "calls").open("a") as log:
    log.write(json.dumps(note) + "\n")
if (data / "fail").exists() and argv[0] == (data / "fail").read_text():
    sys.exit("The disk is full.")
if argv[0] == "serve":
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(404)
            self.end_headers()
    port = int(argv[argv.index("--port") + 1])
    server = http.server.HTTPServer(("127.0.0.1", port), Page)
    stop = threading.Thread(target=server.shutdown)
    signal.signal(signal.SIGTERM, lambda *_: stop.start())
    server.serve_forever()
"""
RUN = (
    "import sys; from pathlib import Path; from postroom.cli.demo.serve import run\n"
    "sys.exit(run(Path(sys.argv[1]), int(sys.argv[2]), [sys.executable, sys.argv[3]]))\n"
)
PEOPLE_AND_BOOK = (*["member"] * 5, "import", "import")


@dataclass
class Running:
    """A demo in a process of its own, its lines as they come."""

    data: Path
    process: subprocess.Popen[str]
    lines: queue.Queue[str] = field(default_factory=queue.Queue)
    said: list[str] = field(default_factory=list)

    def wait_for(self, start: str) -> str:
        while not (self.said and self.said[-1].startswith(start)):
            self.said.append(self.lines.get(timeout=90))
        return self.said[-1].removeprefix(start).strip()

    def calls(self) -> list[dict]:
        return [json.loads(line) for line in (self.data / "calls").read_text().splitlines()]

    def state(self) -> dict:
        return json.loads((self.data / "demo" / "state.json").read_text())

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(90)


@pytest.fixture
def start(tmp_path):
    product = tmp_path / "product.py"
    product.write_text(PRODUCT)
    started = []

    def start(data: Path = tmp_path / "data", port: int = 0, **env: str) -> Running:
        data.mkdir(exist_ok=True)
        command = [sys.executable, "-c", RUN, str(data), str(port or free_port()), str(product)]
        process = subprocess.Popen(
            command,
            env=lifeline.environment(**env),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running = Running(data, process)

        def read():
            for line in process.stdout:
                running.lines.put(line.rstrip("\n"))

        threading.Thread(target=read, daemon=True).start()
        started.append(running)
        return running

    yield start
    for running in started:
        if running.process.poll() is None:
            running.end(signal.SIGKILL)
        running.process.stdout.close()


def in_folder(running: Running, folder: str) -> int:
    state = running.state()
    client = imaplib.IMAP4("127.0.0.1", state["imap_port"], timeout=60)
    client.login("desk", state["mail_password"])
    count = int(client.select(folder, readonly=True)[1][0])
    client.logout()
    return count


def test_one_command_makes_the_practice_and_brings_its_post(start):
    demo = start(POSTROOM_DATABASE_URL="postgres://the-real-one/")
    address = demo.wait_for("Address:  ")
    assert re.fullmatch(r"http://localhost:\d+/", address)
    assert demo.wait_for("User:     ") == "ines@ternthistle.example"
    password = demo.wait_for("Password: ")
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    wire = http.client.HTTPConnection("127.0.0.1", int(address.split(":")[2].strip("/")), timeout=5)
    wire.request("GET", "/")
    assert wire.getresponse().status == 404
    wire.close()

    setup, clients, *others, account, inbox, smtp, serve = demo.calls()
    assert [call["argv"][:2] for call in others] == [
        *[["member", "add"]] * 4,
        ["member", "invite"],
        ["import", "appointments"],
        ["import", "due"],
    ]
    assert {call["password"] for call in others[:4]} == {password}
    assert setup["argv"][:5] == [
        "setup",
        "--practice",
        "Tern & Thistle Vets",
        "--admin",
        "ines@ternthistle.example",
    ]
    assert setup["password"] == password
    assert clients["argv"][:2] == ["import", "clients"]
    assert clients["file"] == clients_csv()
    assert account["argv"][:4] == ["account", "add", "--name", "Front desk"]
    assert account["argv"][account["argv"].index("--port") + 1] == str(demo.state()["imap_port"])
    assert account["password"] == demo.state()["mail_password"]
    assert account["argv"][-4:] == ["--incoming", "Incoming", "--unresolved", "Unresolved"]
    assert inbox["argv"][:4] == account["argv"][:4]
    assert inbox["argv"][-4:] == ["--kind", "inbox", "--incoming", "INBOX"]
    assert smtp["argv"][:4] == ["smtp", "add", "--name", "Front desk"]
    assert setup["mode"] == account["mode"] == 0o600
    assert serve["argv"][:3] == ["serve", "--host", "127.0.0.1"]
    for call in demo.calls():
        assert call["env"]["POSTROOM_DATA"] == str(demo.data)
        assert call["env"]["POSTROOM_ADDRESS"] == address.rstrip("/")
        assert "POSTROOM_DATABASE_URL" not in call["env"]
    assert not list((demo.data / "demo").glob("*password*"))
    wait_until(lambda: demo.state()["delivered"] == 350, 30)
    assert in_folder(demo, "Incoming") + in_folder(demo, "INBOX") >= 350

    assert demo.end(signal.SIGINT) == 0
    assert not is_alive(serve["pid"])
    assert demo.state()["delivered"] == 350


def test_a_second_run_doubles_nothing_and_brings_back_what_waited(start):
    first = start()
    password = first.wait_for("Password: ")
    wait_until(lambda: first.state()["delivered"] == 350, 30)
    assert first.end() == 0
    kept = len(list((first.data / "demo" / "waiting").glob("*.eml")))
    assert kept >= 350

    second = start()
    assert second.wait_for("Password: ") == password
    assert [call["argv"][0] for call in second.calls()] == [
        "setup",
        "import",
        *PEOPLE_AND_BOOK,
        *["account"] * 2,
        "smtp",
        "serve",
        "smtp",  # it may have another port now
        "serve",
    ]
    assert kept <= in_folder(second, "Incoming") + in_folder(second, "INBOX") <= kept + 1
    assert second.end() == 0


def test_a_mail_port_taken_meanwhile_is_told_to_the_product(start, shared_server):
    first = start()
    first.wait_for("Password: ")
    assert first.end() == 0
    state = first.state() | {"imap_port": shared_server.ports.imap}
    (first.data / "demo" / "state.json").write_text(json.dumps(state))

    second = start()
    second.wait_for("Password: ")
    accounts = [call["argv"] for call in second.calls() if call["argv"][0] == "account"]
    ports = [argv[argv.index("--port") + 1] for argv in accounts]
    then, now = str(state["account_port"]), str(second.state()["imap_port"])
    assert ports == [then, then, now, now]
    assert second.state()["imap_port"] != shared_server.ports.imap
    assert second.end() == 0


def test_killed_outright_it_leaves_no_process_behind(start):
    demo = start()
    demo.wait_for("Password: ")
    web = demo.calls()[-1]["pid"]
    imap_port = demo.state()["imap_port"]
    demo.end(signal.SIGKILL)
    wait_until(lambda: not is_alive(web))
    with pytest.raises(OSError):
        wait_until(lambda: imaplib.IMAP4("127.0.0.1", imap_port, timeout=1).shutdown())


def test_a_failed_step_is_told_and_tried_again_next_time(start, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fail").write_text("import")
    demo = start()
    demo.wait_for("“postroom import clients” failed:")
    assert demo.wait_for("The disk is full.") == ""
    assert demo.process.wait(20) == 1

    (tmp_path / "data" / "fail").unlink()
    again = start()
    again.wait_for("Address:  ")
    assert [call["argv"][0] for call in again.calls()] == [
        "setup",
        "import",
        "import",
        *PEOPLE_AND_BOOK,
        *["account"] * 2,
        "smtp",
        "serve",
    ]
    assert again.end() == 0


def test_a_web_that_stops_ends_the_demo_with_its_last_words(start, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "fail").write_text("serve")
    demo = start()
    demo.wait_for("Postroom stopped by itself.")
    demo.wait_for("The disk is full.")
    assert demo.process.wait(20) == 1


def test_two_demos_share_neither_port_nor_folder(start, shared_server):
    taken = shared_server.ports.smtp
    first = start(port=taken)
    assert first.wait_for("Address:  ") != f"http://localhost:{taken}/"
    second = start()
    second.wait_for("A demo already runs with the folder")
    assert second.process.wait(20) == 1
    assert first.end() == 0


def test_a_real_practice_is_never_filled_with_invented_clients(start, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "postroom.sqlite3").touch()
    demo = start()
    demo.wait_for(f"{tmp_path / 'data'} holds a practice that is not the sample one.")
    assert demo.process.wait(20) == 1
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["postroom.sqlite3"]
