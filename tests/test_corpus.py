"""Every mail of the corpus is filed as it is: nothing lost, nothing changed, nothing twice."""

import collections
import re

import pytest

from tests.support.mailbox import content_key
from tests.support.office import at_dovecot
from tests.support.real_data import FOLDER

FROM = re.compile(rb"(?im)^From: (?:[\w .]*<)?([a-z0-9.]+@[a-z0-9.-]+)>?\r?$")


def sent(path):
    """A file as a mail server would have got it: with CRLF line ends."""
    return re.sub(rb"(?<!\r)\n", b"\r\n", path.read_bytes())


def sender(raw):
    """The address of a mail whose From is beyond doubt: one, plain, and the only one."""
    head = re.split(rb"\r\n\r\n", raw, maxsplit=1)[0]
    found = FROM.findall(head)
    alone = len(re.findall(rb"(?im)^(?:from|sender|reply-to|authentication-results)\b", head)) == 1
    return found[0].decode().lower() if len(found) == 1 and alone else None


@pytest.fixture(scope="module")
def corpus():
    files = sorted((FOLDER / "mime").rglob("*.eml"))
    assert len(files) > 500
    return [sent(path) for path in files]


@pytest.mark.timeout(600)
def test_the_whole_corpus_is_filed_and_nothing_is_lost(house, dovecot, corpus):
    known = sorted({s for s in map(sender, corpus) if s})[:20]
    assert len(known) == 20
    house.import_clients(
        {"reference": f"K{number}", "name": f"Known {number}", "email": address}
        for number, address in enumerate(known)
    )
    office = at_dovecot(house, dovecot)
    with office.post.connect() as mailbox:
        uids = [mailbox.append("Incoming", raw) for raw in corpus]
        mailbox.select("Incoming", readonly=True)
        arrived = [mailbox.raw(uid) for uid in uids]
    changed = [raw for raw, there in zip(corpus, arrived, strict=True) if raw != there]
    assert all(re.search(rb"\0|\r(?!\n)", raw) for raw in changed)  # IMAP cannot carry these
    assert len(changed) < 10
    put = collections.Counter(map(content_key, arrived))

    house.sync()

    held = office.post.dump()
    assert held["Incoming"].messages == ()
    on_server = collections.Counter(
        m.sha256 for name in ("Resolved", "Unresolved") for m in held[name].messages
    )
    assert on_server == put
    lines = house.register()
    assert collections.Counter(line["sha256"] for line in lines) == dict.fromkeys(put, 1)
    raw_digests = {m.sha256: m.raw_sha256 for f in held.values() for m in f.messages}
    assert {line["sha256"]: line["raw_sha256"] for line in lines} == raw_digests
    assert [line for line in lines if line["filing"] == "failed"] == []

    by_key = {line["sha256"]: line for line in lines}
    places = {m.sha256: name for name, folder in held.items() for m in folder.messages}
    for raw in arrived:
        line, address = by_key[content_key(raw)], sender(raw)
        if address in known:
            assert line["clients"] == [f"K{known.index(address)}"], address
            assert (line["filing"], line["folder"]) == ("resolved", "Resolved")
    assert {key: line["folder"] for key, line in by_key.items()} == places

    house.sync()
    assert office.post.dump() == held
    assert house.register() == lines
