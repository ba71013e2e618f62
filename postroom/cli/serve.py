"""`postroom serve`, `web` and `worker`: the processes that stay."""

import argparse
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

import uvicorn
from django.conf import settings
from django.utils.translation import gettext as _

from postroom.cli.common import need_ready
from postroom.cli.schedule import OF_THE_WEB, SCHEDULE
from postroom.intake.watching import Watch
from postroom.kit.background.tick import Ticker
from postroom.kit.background.worker import TaskLoop
from postroom.kit.processes import Worker
from postroom.outbox.dispatching import Senders
from postroom.practice.jobs import claim_slot
from postroom.web import assets, live

log = logging.getLogger(__name__)
CONNECTIONS = live.STREAMS + 100  # open to one web process
WELL_SECONDS = 60  # a process that lived so long did start
STOP_SECONDS = 60  # a stop waits so long for what is under way (RELIABILITY R4)


def add(commands: argparse._SubParsersAction) -> None:
    serve = commands.add_parser("serve", help=_("web and worker together"))
    web = commands.add_parser("web", help=_("the pages alone"))
    for parser in (serve, web):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8025)
    serve.set_defaults(run=run_serve)
    web.set_defaults(run=run_web)
    worker = commands.add_parser("worker", help=_("the clockwork alone: filing and sending"))
    worker.add_argument("--name", default="worker", help=_("its name in the log"))
    worker.set_defaults(run=run_worker)


def run_web(args: argparse.Namespace) -> int:
    need_ready()
    assets.build(settings.BUILT_FOLDER)
    ticker = Ticker(OF_THE_WEB, claim=lambda name, slot: True)
    ticker.start()
    uvicorn.run(
        "postroom.asgi:application",
        host=args.host,
        port=args.port,
        lifespan="off",
        log_config=None,
        server_header=False,
        # Beyond it uvicorn itself says 503: what listens for news, and some room for pages.
        limit_concurrency=CONNECTIONS,
        # Open pages listen for news on a stream that never ends by itself.
        timeout_graceful_shutdown=3,
    )
    ticker.stop()
    return 0


def run_worker(args: argparse.Namespace) -> int:
    need_ready()
    worker = Worker.this()
    watch, tasks, ticker = Watch(worker), TaskLoop(), Ticker(SCHEDULE, claim=claim_slot)
    senders = Senders(worker)
    over = threading.Event()
    _on_stop(over.set)
    log.info("%s starts as %s", args.name, worker.name)
    for part in (watch, tasks, ticker, senders):
        part.start()
    while not over.wait(3600):
        pass
    log.info("%s stops", args.name)
    senders.close(STOP_SECONDS)
    ticker.stop()
    tasks.stop()
    watch.stop(STOP_SECONDS)
    tasks.join(STOP_SECONDS)
    senders.join()
    return 0


def run_serve(args: argparse.Namespace) -> int:
    """Both as processes of their own, started again when they die: filing never slows a page,
    and a letter that kills the worker is set aside by one of the next."""
    need_ready()
    assets.build(settings.BUILT_FOLDER)
    commands = {
        "web": ["web", "--host", args.host, "--port", str(args.port)],
        "worker": ["worker"],
    }
    over, refused = threading.Event(), False
    _on_stop(over.set)
    environment = dict(os.environ)
    running = {name: _spawn(argv, environment) for name, argv in commands.items()}
    environment.pop("POSTROOM_CRASH_AT", None)  # a planned crash happens once
    print(_("Postroom listens on %s") % f"http://{args.host}:{args.port}/", flush=True)
    failures = dict.fromkeys(commands, 0)
    began = dict.fromkeys(commands, time.monotonic())
    while not over.wait(0.5):
        for name, process in running.items():
            if process.poll() is None:
                continue
            if process.returncode == 1 and failures[name] >= 5:
                refused = True  # it does not start, and has said why
                over.set()
                break
            lived = time.monotonic() - began[name]
            failures[name] = failures[name] + 1 if lived < WELL_SECONDS else 1
            log.warning("%s ended (%s) and is started again", name, process.returncode)
            if over.wait(min(0.5 * failures[name], 10)):
                break
            running[name], began[name] = _spawn(commands[name], environment), time.monotonic()
    for process in running.values():
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS + 5
    for process in running.values():
        try:
            process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
    return 1 if refused else 0


def _spawn(argv: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "postroom", *argv], env=environment, preexec_fn=_die_with_parent
    )


def _die_with_parent() -> None:
    """Leave no orphan that would go on filing unseen (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    os.setpgid(0, 0)  # Ctrl+C is for the parent, which stops its children in order


def _on_stop(stop: object) -> None:
    def handle(number: int, frame: FrameType | None) -> None:
        stop()  # type: ignore[operator]

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
