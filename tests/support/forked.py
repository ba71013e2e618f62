"""Processes of the product without the second that each would spend on importing libraries.

They are forked from one that has imported the libraries every command needs, and nothing of ours:
what is run reads its settings from its own environment, leads its own session and dies like any
other. Only the shell and the interpreter's own start are left out.
"""

import ctypes
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_FORKS: Any = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        *("argon2", "charset_normalizer", "cryptography.hazmat.primitives.ciphers.aead"),
        *("django.core.management", "django.db.backends.sqlite3.base", "django.forms"),
        *("django.template.engine", "django.template.defaulttags", "django.template.loader_tags"),
        *("django.utils.translation", "django.views.generic", "django_stubs_ext"),
        *("fast_mail_parser", "idna", "imapclient", "inscriptis", "nh3", "phonenumbers"),
        *("psycopg", "uvicorn", "whitenoise.base"),
    ]
)
_PR_SET_PDEATHSIG = 1


class Forked:
    """A running `python -m module ARGV`, or `python file.py ARGV`.

    With those methods of subprocess.Popen that we use.
    """

    def __init__(
        self, module: str, argv: Sequence[str], env: Mapping[str, str], cwd: Path, *to: Path
    ) -> None:
        """`to` is the file for what it says, or one for stdout and one for stderr."""
        self.args = [module, *argv]
        self._process = _FORKS.Process(
            target=_become, args=(module, list(argv), dict(env), cwd, to[0], to[-1]), daemon=True
        )
        self._process.start()
        self.pid: int = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return self._process.exitcode

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


def _become(
    module: str, argv: list[str], env: dict[str, str], cwd: Path, out: Path, errors: Path
) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    sys.path.insert(0, str(cwd))
    for number, path in ((1, out), (2, errors)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.argv = [module, *argv]
    # Its buffers are those of the process it was forked from, and are not flushed by _exit.
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    try:
        if module.endswith(".py"):
            runpy.run_path(module, run_name="__main__")
        else:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
