"""`postroom member list|add|invite|deactivate|reset-second-factor`."""

import argparse
import json
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import (
    Failure,
    add_practice,
    member_of,
    need_ready,
    password_from,
    utc_now,
)
from postroom.kit.addresses import normalise_email
from postroom.practice.actions import the_practice
from postroom.practice.inviting import Invited, accept_as_new, keep_place
from postroom.practice.models import Factor, Member
from postroom.practice.people import deactivate, reset_second_factor


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("member", help=_("the practice’s people"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help=_("everybody, with role and state"))
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=run_list)
    invite = verbs.add_parser("invite", help=_("keep a place for somebody and print its link"))
    invite.add_argument("--name", required=True)
    invite.add_argument("--role", default="reception", metavar="ROLE", help=_("a role’s key"))
    invite.set_defaults(run=run_invite)
    new = verbs.add_parser("add", help=_("let somebody in at once, with a password"))
    new.add_argument("--name", required=True)
    new.add_argument("--role", default="reception", metavar="ROLE", help=_("a role’s key"))
    new.add_argument("--password-file", type=Path, required=True, metavar="F")
    new.set_defaults(run=run_add)
    leave = verbs.add_parser("deactivate", help=_("end somebody’s access at once"))
    leave.set_defaults(run=run_deactivate)
    reset = verbs.add_parser(
        "reset-second-factor", help=_("forget somebody’s second factors, and sign them out")
    )
    reset.set_defaults(run=run_reset)
    for one in (invite, new, leave, reset):
        one.add_argument("email")
    for one in (listing, invite, new, leave, reset):
        add_practice(one)


def run_list(args: argparse.Namespace) -> int:
    need_ready()
    practice = the_practice(args.practice)
    with_factor = set(
        Factor.objects.filter(user__memberships__practice=practice).values_list("user", flat=True)
    )
    for member in practice.members.select_related("user", "role").order_by("name", "pk"):
        row = _as_dict(member, member.user_id in with_factor)
        if args.json:
            print(json.dumps(row, ensure_ascii=False))
        else:
            state = _("active") if member.active else _("no access")
            print(f"{member.name}  {member.user.email}  {member.role}  {state}")
    return 0


def run_add(args: argparse.Namespace) -> int:
    """Raises Failure, Refused."""
    need_ready()
    invited = _place_kept(args)
    now, password = utc_now(), password_from(args.password_file)
    member = accept_as_new(invited.invitation, args.name, password, now=now)
    print(_("%(name)s signs in with %(email)s.") % {"name": member.name, "email": args.email})
    return 0


def run_invite(args: argparse.Namespace) -> int:
    need_ready()
    print(_place_kept(args).link)
    return 0


def _place_kept(args: argparse.Namespace) -> Invited:
    practice = the_practice(args.practice)
    if not normalise_email(args.email):
        raise Failure(_("“%s” is not an email address.") % args.email)
    role = practice.roles.filter(key=args.role).first()
    if role is None:
        keys = ", ".join(practice.roles.order_by("pk").values_list("key", flat=True))
        raise Failure(
            _("There is no role “%(role)s”. There are: %(keys)s.")
            % {"role": args.role, "keys": keys}
        )
    return keep_place(practice, args.email, args.name, role, by=None, now=utc_now())


def run_deactivate(args: argparse.Namespace) -> int:
    need_ready()
    member = member_of(the_practice(args.practice), args.email)
    deactivate(member, by=None, now=utc_now())
    print(_("%s no longer has access.") % member.name)
    return 0


def run_reset(args: argparse.Namespace) -> int:
    need_ready()
    member = member_of(the_practice(args.practice), args.email)
    gone = reset_second_factor(member, by=None, now=utc_now())
    print(
        ngettext(
            "%(n)d second factor of %(name)s is forgotten.",
            "%(n)d second factors of %(name)s are forgotten.",
            gone,
        )
        % {"n": gone, "name": member.name}
    )
    return 0


def _as_dict(member: Member, second_factor: bool) -> dict[str, object]:
    return {
        "email": member.user.email,
        "name": member.name,
        "role": member.role.key,
        "rights": member.role.rights,
        "second_factor": second_factor,
        "active": member.active,
        "left_at": member.left_at.isoformat() if member.left_at else None,
    }
