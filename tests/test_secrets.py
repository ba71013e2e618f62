"""S4: who steals the data has no password, no session and no key: planted ones are looked for.

In the database (its file and its log, or a dump of PostgreSQL's), in every other file of the data
folder but the raw mails, in what the processes said, in the answers of the pages.
"""

import base64
import contextlib
import random
import re
import time
import zlib
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest

from tests.support.dovecot import Dovecot
from tests.support.mails import make_mails
from tests.support.office import at_dovecot
from tests.support.postgres import dump_database
from tests.support.postroom import ADMIN, ADMIN_PASSWORD
from tests.support.scripted_imap import ScriptedImap
from tests.support.visitor import Visitor

GOOD, LATER = "heron4Mailbox9of1Reeds", "otter7Mailbox2of8Banks"
TYPED = "Wrong5Password3at6Form"
GIVEN = "Wrong8Password1by2File"
REPEATED = 'Said"Back\\By4the9Server'
GUESS = "Guess6of3an7Intruder"
PIN, WRONG_PIN = "83650274", "20475836"
FEED = "private-6curlew2Ebb9Tide4Sound"
CHOSEN = "quiet7Otter3under9Bridge"
LOUD = {"POSTROOM_LOG_LEVEL": "DEBUG"}


@pytest.fixture
def mailboxes():
    """A Dovecot whose password is nobody else's."""
    server = Dovecot()
    server.password = GOOD
    with server:
        yield server


def test_no_secret_is_in_the_data_the_logs_or_the_answers(house, mailboxes):
    office = at_dovecot(house, mailboxes)
    office.put(make_mails(4, random.Random(4)))
    said = [told(house.sync(**LOUD)), told(connect_wrongly(house, mailboxes))]
    serving = house.serving(POSTROOM_PRIVATE_MAIL_HOSTS="yes", **LOUD)
    with ScriptedImap() as rude, serving as base:
        said.append(told(be_refused_aloud(house, rude)))
        visitor = Visitor(base)
        assert visitor.sign_in(ADMIN, GUESS).status == 422
        home = urlsplit(visitor.sign_in(ADMIN, ADMIN_PASSWORD).url).path
        accounts = f"{home}settings/accounts"
        assert connect(visitor, f"{accounts}/add", mailboxes, TYPED).status == 422
        assert b"Second is connected" in connect(visitor, f"{accounts}/add", mailboxes, GOOD).body
        mailboxes.stop()
        mailboxes.password = LATER  # the one we have is wrong from now on
        mailboxes.start()
        failing = house.sync(check=False, **LOUD)
        assert failing.stdout.count('"trouble": "sign-in"') == 3
        visitor.get(accounts)
        session = visitor.cookie("postroom")
        # While it runs: SQLite keeps the latest in a file of its own until then.
        data = hoard(house)
        said += [told(failing), *map(told, reports(house))]
    secrets = {
        "the mailbox's password": GOOD,
        "its later password": LATER,
        "the password typed wrong": TYPED,
        "the password given wrong": GIVEN,
        "the password a server repeats": REPEATED,
        "the administrator's password": ADMIN_PASSWORD,
        "an intruder's guess": GUESS,
        "the session": session,
        "the key": (house.folder / "secret-key").read_text().strip(),
    }
    shown = b"\n".join(answer.body for answer in visitor.answers)
    places = {
        "data": data + hoard(house),
        "said": "\n".join(said).encode(),
        "log": house.log_file.read_bytes(),
        "pages": shown,
    }
    assert b'"loud@post.test" "\xe2\x80\xa6" refused' in places["data"]  # the rest of it is kept
    for place, text in places.items():
        assert [name for name, secret in secrets.items() if holds(text, secret)] == [], place
    # What is no secret is found: this looks where things are.
    assert all(holds(places[place], office.post.user) for place in ("data", "said", "pages"))


def test_no_secret_of_the_door_is_in_the_data_the_logs_or_the_answers(house, tmp_path):
    post = tmp_path / "post"  # where Postroom's own messages go
    post.mkdir()
    with house.serving("serve", POSTROOM_EMAIL_URL=f"filemail:///{post}", **LOUD) as base:
        visitor = Visitor(base)
        secrets = {**through_every_door(visitor), **of_a_feed(visitor), **by_mail(visitor, post)}
        data = hoard(house)
    assert len(secrets) == 18
    # The seed and the codes are shown to their owner, once, each on a page of its own.
    shown_once = (b'class="seed"', b'class="codes"')
    pages = [one.body for one in visitor.answers if not any(m in one.body for m in shown_once)]
    places = {
        "data": data + hoard(house),
        "log": house.log_file.read_bytes(),
        "pages": b"\n".join(pages),
    }
    for place, text in places.items():
        assert [name for name, secret in secrets.items() if holds(text, secret)] == [], place
    assert all(holds(places[place], ADMIN) for place in ("data", "pages"))


def through_every_door(visitor: Visitor) -> dict[str, str]:
    """An app, a PIN, the lock: their secrets, and each session there was."""
    home = urlsplit(visitor.sign_in(ADMIN, ADMIN_PASSWORD).url).path
    security, first = f"{home}profile/security", visitor.cookie("postroom")
    seed = re.search(rb'class="seed">([A-Z2-7 ]+)<', visitor.get(f"{security}/app").body)
    assert seed
    letters = seed[1].decode().replace(" ", "")
    made = visitor.send(security, f"{security}/app", code=pyotp.TOTP(letters).now())
    codes = re.findall(rb"<code>([a-z0-9-]{19})</code>", made.body)
    assert b"Your PIN is set" in visitor.send(security, f"{security}/pin", pin=PIN).body
    (who,) = re.findall(rb'name="who" value="(\d+)"', visitor.send(home, "/lock").body)
    wrong = visitor.send("/lock", "/lock/open", who=who.decode(), pin=WRONG_PIN)
    assert wrong.status == 422
    opened = visitor.send("/lock", "/lock/open", who=who.decode(), pin=PIN)
    assert urlsplit(opened.url).path == home
    second = visitor.cookie("postroom")
    assert first != second
    ten = {f"recovery code {n}": code.decode() for n, code in enumerate(codes)}
    assert len(ten) == 10
    wrong_and_right = {"the PIN": PIN, "a wrong PIN": WRONG_PIN}
    return (
        {"the seed": letters, "a session": first, "the one after": second} | wrong_and_right | ten
    )


def of_a_feed(visitor: Visitor) -> dict[str, str]:
    """A calendar's address: whoever has it can read the book. The worker looks at it in vain."""
    data = f"{urlsplit(visitor.get('/').url).path}settings/data"
    fields = {"name": "Agenda", "url": f"https://calendar.invalid/{FEED}/basic.ics"}
    added = visitor.send(f"{data}/feeds/add", f"{data}/feeds/add", minutes="15", **fields)
    assert b"https://calendar.invalid/" in added.body
    end = time.monotonic() + 60
    while b"There is no such server" not in visitor.get(data).body and time.monotonic() < end:
        time.sleep(0.2)
    assert b"There is no such server" in visitor.get(data).body
    return {"the feed": FEED}


def by_mail(visitor: Visitor, post: Path) -> dict[str, str]:
    """A new password by mail: the link's secret part, and the password."""
    assert b"a link is on its way" in visitor.post("/reset", email=ADMIN).body
    end = time.monotonic() + 60
    while not (mails := list(post.iterdir())) and time.monotonic() < end:
        time.sleep(0.1)
    (token,) = re.findall(r"/reset/([\w-]{43})", mails[0].read_text())
    fields = {"password": CHOSEN, "again": CHOSEN}
    assert b"Your password is changed" in visitor.post(f"/reset/{token}", **fields).body
    return {"the link": token, "the new password": CHOSEN}


@pytest.mark.parametrize(
    "hide",
    [
        lambda secret: b"..." + secret + b"...",
        lambda secret: b"..." + secret.hex().encode(),
        lambda secret: base64.b64encode(b"." + secret + b"..."),
        lambda secret: base64.urlsafe_b64encode(b".." + secret + b"."),
        lambda secret: secret.decode().encode("utf-16-le"),
        lambda secret: b":." + base64.urlsafe_b64encode(zlib.compress(b"{" + secret * 3 + b"}")),
    ],
)
def test_a_secret_is_found_in_disguise(hide):
    text = hide(REPEATED.encode())
    assert holds(b"\0\1some page of a database: " + text + b"\0and more", REPEATED)
    assert not holds(text, GUESS)


def connect_wrongly(house, server):
    """`account add` with a password that is not the mailbox's."""
    other = copy(server)
    other.password = GIVEN
    return house.add_account(other, "somebody@post.test", name="Wrong", check=False)


def be_refused_aloud(house, server: ScriptedImap):
    """An account at a server that repeats what it refuses, word by word, in its answer."""
    server.password = REPEATED
    house.add_account(server, "loud@post.test", name="Loud", security="none", port=server.port)
    server.answer("LOGIN", repeat)
    return house.sync(check=False, **LOUD)


def repeat(session, tag, args) -> bool:
    quoted = REPEATED.replace("\\", "\\\\").replace('"', '\\"')
    session.send(f'{tag} NO LOGIN "loud@post.test" "{quoted}" refused, {REPEATED} is wrong')
    return True


def connect(visitor: Visitor, form: str, server, password: str):
    """The steps of connecting, gone as far as the server lets one."""
    visitor.post(form, address="second@post.test", password=password, name="Second")
    there = {"host": server.host, "port": str(server.ports["none"]), "security": "none"}
    # Typed again: the one before was for the server that was guessed.
    there |= {"user": "second@post.test", "password": password, "do": "next"}
    answer = visitor.post(f"{form}/server", **there)
    if answer.status == 422:
        return answer
    work = {"incoming": "Incoming", "resolved": "Resolved", "unresolved": "Unresolved"}
    visitor.post(f"{form}/folders", kind="filing", minutes="5", create_folders="on", **work)
    return visitor.post(f"{form}/past", do="finish", begin="all")


def reports(house):
    """What the commands say that others may read."""
    for argv in (("account", "list"), ("doctor",), ("register",)):
        yield house.run(*argv, "--json", check=False, **LOUD)


def told(done) -> str:
    return done.stdout + done.stderr


def hoard(house) -> bytes:
    """All a thief of the data gets, the raw mails left out: they may say what they like."""
    files = [path for path in house.data.rglob("*") if path.is_file() and path.suffix != ".eml"]
    text = b"\n".join(path.name.encode() + b"\n" + path.read_bytes() for path in files)
    return text + (dump_database(house.database_url) if house.database_url else b"")


def holds(text: bytes, secret: str) -> bool:
    """Whether a secret is in there: plain, in UTF-16, as hex, in base64, or packed by Django."""
    plain = secret.encode()
    spellings = {plain, secret.encode("utf-16-le"), *_in_base64(plain)}
    return (
        any(spelling in text for spelling in spellings)
        or plain.hex().encode() in text.lower()
        or any(plain in unpacked for unpacked in _unpacked(text))
    )


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """What is the same wherever it begins and whatever follows it, in both alphabets."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain)
        sure = whole[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6]
        yield sure
        yield sure.translate(bytes.maketrans(b"+/", b"-_"))


def _unpacked(text: bytes) -> Iterator[bytes]:
    """What Django signed and packed: deflated, in base64 (sessions, messages)."""
    for found in re.findall(rb"eJ[\w-]{14,}", text):  # so begins every deflated text in base64
        with contextlib.suppress(ValueError, zlib.error):
            yield zlib.decompressobj().decompress(base64.urlsafe_b64decode(found + b"=="))
