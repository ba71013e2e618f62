"""The command line: `postroom COMMAND`. Names, options and outputs here are a promise."""

import argparse
import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module

import django
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation
from django.utils.translation import gettext as _

# In which file each command is: only that one is imported, which is most of the start.
COMMANDS = {
    "setup": "setup",
    "serve": "serve",
    "web": "serve",
    "worker": "serve",
    "import": "import_clients",
    "account": "account",
    "member": "member",
    "sync": "sync",
    "idle": "sync",
    "register": "register",
    "export": "hand_over",
    "erase": "hand_over",
    "smtp": "smtp",
    "outbox": "outbox",
    "hold": "outbox",
    "resume": "outbox",
    "send-now": "outbox",
    "audit": "audit",
    "key": "key",
    "doctor": "doctor",
    "demo": "demo",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0, 1 (it says why), or 2 (a wrong command line)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
    try:
        with _kept_for_good():
            django.setup()
    except (ValueError, ImproperlyConfigured) as error:
        print(f"postroom: {error}", file=sys.stderr)
        return 1
    with translation.override(language_of(os.environ)):
        return _run(sys.argv[1:] if argv is None else list(argv))


def language_of(environment: Mapping[str, str]) -> str:
    """The language of the shell: the first of its three variables that is set (POSIX 8.2)."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "fr" if environment[name].lower().startswith("fr") else "en"
    return "en"


def _run(words: list[str]) -> int:
    with _kept_for_good():
        args = _parser(words[0] if words else "").parse_args(words)
    from postroom.cli.common import Failure, write_down
    from postroom.practice.actions import Refused

    try:
        done = args.run(args)
        write_down(args)
        return done
    except (Failure, Refused) as error:
        print(f"postroom: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `postroom register | head` is no failure
        write_down(args)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


@contextmanager
def _kept_for_good() -> Iterator[None]:
    """Never look for rubbish in what is imported here: that costs a third of the start and end."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _parser(wanted: str) -> argparse.ArgumentParser:
    """The parser of one command; of all of them when none is named, for the help."""
    parser = argparse.ArgumentParser(
        prog="postroom", description=_("The post room of a professional practice.")
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    files = [COMMANDS[wanted]] if wanted in COMMANDS else dict.fromkeys(COMMANDS.values())
    for name in files:
        # Imported here because the rooms behind them need the settings first.
        import_module(f"postroom.cli.{name}").add(commands)
    return parser
