"""`postroom outbox`, `hold`, `resume` and `send-now`: what leaves, and when."""

import argparse
import json
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import add_practice, need_ready, utc_now
from postroom.outbox import desk, words
from postroom.outbox.models import Message
from postroom.practice.actions import the_practice


def add(commands: argparse._SubParsersAction) -> None:
    listing = commands.add_parser("outbox", help=_("what leaves, and what became of it"))
    listing.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    listing.add_argument("--state", choices=[state for state, _w in Message.STATES])
    listing.set_defaults(run=run_outbox)
    hold = commands.add_parser("hold", help=_("nothing leaves any more"))
    hold.set_defaults(run=run_hold)
    resume = commands.add_parser("resume", help=_("let it leave again"))
    resume.set_defaults(run=run_resume)
    for one in (hold, resume):
        one.add_argument("--channel", choices=[c for c, _w in Message.CHANNELS], default="")
    now = commands.add_parser("send-now", help=_("send all that waits without more delay"))
    now.set_defaults(run=run_send_now)
    for one in (listing, hold, resume, now):
        add_practice(one)


def run_outbox(args: argparse.Namespace) -> int:
    need_ready()
    rows = Message.objects.filter(practice=the_practice(args.practice)).order_by("id")
    if args.state:
        rows = rows.filter(state=args.state)
    for message in rows.iterator(chunk_size=1000):
        if args.json:
            print(json.dumps(_as_dict(message), ensure_ascii=False))
        else:
            to = ", ".join(message.recipients)
            said = words.why(message).sentence
            print(f"{message.due:%Y-%m-%d %H:%M}  {message.state:<9}  {to}  {said}")
    return 0


def run_hold(args: argparse.Namespace) -> int:
    need_ready()
    desk.hold(the_practice(args.practice), by=None, now=utc_now(), channel=args.channel)
    print(_("Nothing leaves until you say `postroom resume`."))
    return 0


def run_resume(args: argparse.Namespace) -> int:
    need_ready()
    desk.resume(the_practice(args.practice), by=None, now=utc_now(), channel=args.channel)
    print(_("What waits leaves again."))
    return 0


def run_send_now(args: argparse.Namespace) -> int:
    need_ready()
    count = desk.release_all(the_practice(args.practice), by=None, now=utc_now())
    print(
        ngettext(
            "%d message leaves without more delay.", "%d messages leave without more delay.", count
        )
        % count
    )
    return 0


def _as_dict(message: Message) -> dict[str, object]:
    """The fields that are promised, then what else is known."""
    return {
        "id": message.pk,
        "message_id": message.message_id,
        "channel": message.channel,
        "to": message.recipients,
        "state": message.state,
        "due": _moment(message.not_before),
        "sent_at": _moment(message.sent_at),
        "attempts": message.attempts,
        "reason": message.reason,
        "said": message.said,
        "level": message.level,
        "key": message.key,
        "entry": message.entry_id,
        "sent_copy": message.sent_copy,
        "replaces": message.replaces_id,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
