"""R13: a letter that kills its reader is set aside at the third start; whatever else dies with one
letter again and again, then; what a worker dies of meanwhile is laid to none."""

import random
import signal
from urllib.parse import urlsplit

from postroom.intake.rules import MOST_DEATHS
from tests.support.mails import Mail, make_mails
from tests.support.office import at_dovecot
from tests.support.oracle import compare
from tests.support.poisoned import POISON
from tests.support.postroom import ADMIN, ADMIN_PASSWORD
from tests.support.visitor import Visitor


def test_a_letter_that_kills_its_reader_is_set_aside_and_the_others_are_filed(house, dovecot):
    house.module = "tests.support.poisoned"
    office = at_dovecot(house, dovecot)
    mails = make_mails(9, random.Random(13))
    poison = Mail(POISON + mails[0].raw, "poison", None)
    office.put([*mails[:5], poison, *mails[5:]])

    assert die(house) == []  # the whole batch, and no half of it
    filed = die(house)  # one by one, from either end, up to the one that kills
    ends = [{mail.key for mail in end} for end in (mails[:5], mails[5:])]
    assert {line["sha256"] for line in filed} in ends
    house.sync()  # now it is read in a process of its own, which dies alone

    line = the_one_set_aside(office, "limits")
    assert line["sha256"] == poison.key
    with house.serving() as base:
        look_at(base, line["entry"], poison.raw)


def test_a_crash_while_filing_is_laid_to_one_letter_alone(house, dovecot):
    office = at_dovecot(house, dovecot)
    office.put(make_mails(8, random.Random(13)))
    for _ in range(MOST_DEATHS):
        assert die(house, POSTROOM_CRASH_AT="inside-store:1") == []  # taken back as it died
    house.sync()
    the_one_set_aside(office, "set-aside")


def die(house, **env: str) -> list[dict]:
    """A pass that must be killed by what it does; what is in the register after it."""
    process = house.spawn("sync", **env)
    assert process.wait(60) == -signal.SIGKILL, house.log()
    return house.register()


def the_one_set_aside(office, reason: str) -> dict:
    """Its line of the register. All the other mails must be where they belong."""
    (line,) = [line for line in office.house.register() if line["filing"] == "failed"]
    assert (line["reason"], line["clients"], line["folder"]) == (reason, [], "Unresolved")
    rest = [mail for mail in office.mails if mail.key != line["sha256"]]
    named = [line["message_id"] or line["sha256"][:12]]
    server, register = office.post.dump(), office.house.register()
    assert compare(rest, server, register, places=office.places).wrong == {"ghosts": named}
    assert line["sha256"] in {message.sha256 for message in server["Unresolved"].messages}
    office.house.sync()
    assert (office.post.dump(), office.house.register()) == (server, register)
    return line


def look_at(base: str, entry: int, raw: bytes) -> None:
    """Its pages open, by a process that would die of reading it, and its bytes are all there."""
    visitor = Visitor(base)
    home = urlsplit(visitor.sign_in(ADMIN, ADMIN_PASSWORD).url).path
    for path in (
        f"entries/{entry}",
        f"unresolved?entry={entry}",
        f"entries/{entry}/body",
        "unresolved",
    ):
        assert visitor.get(home + path).status == 200, path
    assert (
        b"It is not shown, since reading it takes too much"
        in visitor.get(f"{home}entries/{entry}").body
    )
    assert visitor.get(f"{home}entries/{entry}/raw").body == raw
