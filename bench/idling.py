"""`python -m bench.idling PASSES`, in a house: passes over its account, which has nothing new."""

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from postroom.connections.mailboxes import open_mailbox  # noqa: E402 - after the settings
from postroom.connections.models import MailAccount  # noqa: E402
from postroom.intake.actions import Outcome, make_pass, open_settings  # noqa: E402
from postroom.intake.polling import utc_now  # noqa: E402
from postroom.kit.processes import Worker  # noqa: E402


def main(passes: int) -> None:
    account, worker = MailAccount.objects.get(), Worker.this()
    wall, cpu = [], []
    commands: list[str] = []
    with open_mailbox(open_settings(account)) as mailbox:
        imap = mailbox.client._imap
        command = imap._command

        def counted(name, *args):
            commands.append(f"{name} {args[0]}" if name == "UID" else name)
            return command(name, *args)

        for number in range(passes + 1):
            if number == passes:
                imap._command = counted
            began, used = time.perf_counter(), time.process_time()
            outcome = Outcome(account.name)
            make_pass(mailbox, account, outcome, worker=worker, clock=utc_now, full=number == 0)
            if not outcome.well or outcome.taken:
                raise RuntimeError(str(outcome))
            if 0 < number < passes:  # not the one after signing in, nor the one that is counted
                wall.append(time.perf_counter() - began)
                cpu.append(time.process_time() - used)
        asked = list(commands)  # without the goodbye
    print(json.dumps({"wall": wall, "cpu": cpu, "commands": asked}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
