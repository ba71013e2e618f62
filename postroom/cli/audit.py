"""`postroom audit verify`: was the audit changed? (RELIABILITY S8)."""

import argparse
import json
import re
from dataclasses import asdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import Failure, add_practice, need_ready, utc_now
from postroom.practice import sealing
from postroom.practice.actions import the_practice
from postroom.practice.audit_words import finding_words
from postroom.practice.models import Practice


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("audit", help=_("the audit log"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser("verify", help=_("look whether a line was changed or removed"))
    verify.add_argument(
        "--expect", metavar="N:SEAL", help=_("an end of the log as noted at an earlier check")
    )
    verify.add_argument("--json", action="store_true", help=_("one JSON object a practice"))
    verify.set_defaults(run=run_verify)
    add_practice(verify)


def run_verify(args: argparse.Namespace) -> int:
    """0, or 1 when something is wrong with the log of a practice."""
    need_ready()
    expect = _expected(args.expect) if args.expect else None
    if args.practice or expect:
        practices = [the_practice(args.practice)]
    else:
        practices = list(Practice.objects.order_by("slug"))
    verdicts = [(practice, _verified(practice, expect)) for practice in practices]
    for practice, verdict in verdicts:
        if args.json:
            said = {"practice": practice.slug, "well": verdict.well, **asdict(verdict)}
            print(json.dumps(said, ensure_ascii=False))
        else:
            _print(practice, verdict)
    return 0 if all(verdict.well for _practice, verdict in verdicts) else 1


def _verified(practice: Practice, expect: tuple[int, str] | None) -> sealing.Verdict:
    sealing.seal(practice.pk, utc_now())
    if expect:
        return sealing.verify(practice, utc_now(), expect)
    return sealing.check(practice, utc_now())


def _print(practice: Practice, verdict: sealing.Verdict) -> None:
    words = ngettext("%d line looked at.", "%d lines looked at.", verdict.rows) % verdict.rows
    mark = "✓" if verdict.well else "✗"
    print(f"{mark} {practice.name}: {words}")
    for one in verdict.findings:
        print("  " + finding_words(one.kind, one.first, one.last))
    if verdict.seq:
        print("  " + _("The end of the log, to be noted elsewhere: %s") % _end(verdict))


def _end(verdict: sealing.Verdict) -> str:
    return f"{verdict.seq}:{verdict.seal}"


def _expected(text: str) -> tuple[int, str]:
    found = re.fullmatch(r"(\d{1,18}):([\w.-]{1,64})", text)
    if not found:
        raise Failure(_("Write --expect as an earlier check printed it: number, colon, seal."))
    return int(found[1]), found[2]
