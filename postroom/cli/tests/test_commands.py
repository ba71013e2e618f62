"""The command line as a whole: every command is found, and starts without the others."""

import argparse
import os
import subprocess
import sys

import pytest

from postroom.cli import COMMANDS, _parser


def words(parser: argparse.ArgumentParser) -> list[str]:
    """The commands a parser knows."""
    return next(list(a.choices or ()) for a in parser._actions if a.dest == "command")


def test_without_a_command_all_of_them_are_known():
    assert words(_parser("")) == words(_parser("--help")) == list(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_found_in_its_own_module(command):
    assert command in words(_parser(command))


def test_a_pass_starts_without_what_only_the_server_needs():
    program = (
        "import sys; from postroom.cli import main\n"
        "try: main(['sync', '--help'])\n"
        "finally: assert not {'uvicorn', 'fontTools', 'procrastinate'} & set(sys.modules)"
    )
    # On PostgreSQL procrastinate is one of the apps.
    small = {name: value for name, value in os.environ.items() if name != "POSTROOM_DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=small
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
