"""`postroom key list|rotate|retire`: turning the key file (docs/how-to/turn-the-keys.md)."""

import argparse

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.cli.common import Failure, need_ready, shell_user, utc_now
from postroom.kit.crypto import Keyring, add_key, keep_first, lines_of
from postroom.practice import keys


def add(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser("key", help=_("the key file: turn it, drop old keys"))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help=_("the keys, and how many secrets each has sealed"))
    listing.set_defaults(run=run_list)
    rotate = verbs.add_parser("rotate", help=_("begin a new key and seal every secret with it"))
    rotate.add_argument(
        "--reseal-only", action="store_true", help=_("the new line is in the file already")
    )
    rotate.set_defaults(run=run_rotate)
    retire = verbs.add_parser("retire", help=_("drop the old keys, when nothing needs them"))
    retire.set_defaults(run=run_retire)


def run_list(args: argparse.Namespace) -> int:
    need_ready()
    used = keys.in_use()
    for number, key in enumerate(settings.KEYRING.keys):
        words = ngettext("%d secret", "%d secrets", used[key.id]) % used.pop(key.id, 0)
        print(f"{key.id}  {words}" + ("" if number else "  " + _("(new secrets)")))
    for name, count in sorted(used.items()):
        words = ngettext("%d secret", "%d secrets", count) % count
        print(f"{name}  {words}  " + _("(this key is not in the key file)"))
    return 1 if used else 0


def run_rotate(args: argparse.Namespace) -> int:
    """A new line above the others, then every secret sealed with it. Repeat it at will."""
    need_ready()
    if not args.reseal_only:
        try:
            add_key(settings.KEY_FILE)
        except OSError as error:
            raise Failure(
                _(
                    "The key file cannot be written: %s. Put a new line of at least 32 random "
                    "characters above the others yourself, then say --reseal-only."
                )
                % error
            ) from error
    settings.KEYRING.load(settings.KEY_FILE)
    newest, now = settings.KEYRING.keys[0].id, utc_now()
    keys.begin_audit_keys(now)
    keys.note_key("rotate", now, shell_user(), newest)
    result = keys.reseal(settings.KEYRING)
    print(
        ngettext(
            "The key is %(key)s now; %(n)d secret was sealed with it.",
            "The key is %(key)s now; %(n)d secrets were sealed with it.",
            result.done,
        )
        % {"key": newest, "n": result.done}
    )
    print(_("Copy the key file away from this machine again: %s") % settings.KEY_FILE)
    print(_("Restart Postroom; tomorrow, drop the old keys with `postroom key retire`."))
    return _say_lost(result.lost)


def run_retire(args: argparse.Namespace) -> int:
    """Only when every secret opens with the first key. What a page saved meanwhile is found by a
    second look, with the old keys still in this process's hands."""
    need_ready()
    ring = Keyring(lines_of(settings.KEY_FILE))  # of its own: it keeps the old keys
    if lost := keys.reseal(ring).lost:
        _say_lost(lost)
        raise Failure(_("No key was dropped."))
    try:
        dropped = keep_first(settings.KEY_FILE)
    except OSError as error:
        raise Failure(
            _("The key file cannot be written: %s. Every line but the first can go.") % error
        ) from error
    lost, newest = keys.reseal(ring).lost, ring.keys[0].id
    settings.KEYRING.load(settings.KEY_FILE)
    if dropped:
        keys.note_key("retire", utc_now(), shell_user(), newest)
    words = ngettext("%d old key was dropped.", "%d old keys were dropped.", dropped)
    print(words % dropped + " " + _("Every secret opens with the key %s.") % newest)
    return _say_lost(lost)


def _say_lost(lost: list[str]) -> int:
    for words in lost:
        print("✗ " + words)
    return 1 if lost else 0
