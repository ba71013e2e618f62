"""The meddler does what it says, and writes down before it acts."""

import random

import pytest

from tests.support.mails import make_mails, put
from tests.support.meddler import Meddler


@pytest.fixture
def user(dovecot):
    one = dovecot.fresh_user()
    with dovecot.connect(one) as mailbox:
        put(mailbox, "Incoming", make_mails(5, random.Random(1), twins=0))
    return one


@pytest.fixture
def meddler(dovecot, user):
    return Meddler(lambda: dovecot.connect(user), random.Random(2))


@pytest.mark.parametrize(
    ("kind", "incoming", "personal", "touched"),
    [("move", 5, 1, 1), ("copy", 6, 1, 1), ("delete", 5, 0, 1), ("seen", 6, 0, 0)],
)
def test_each_act_does_just_that(dovecot, user, meddler, kind, incoming, personal, touched):
    assert meddler.act(kind)
    held = dovecot.dump(user)
    assert len(held["Incoming"].messages) == incoming
    assert len(held["Personal"].messages) == personal
    assert len(meddler.touched) == touched
    assert meddler.acts == [kind]
    seen = [m for m in held["Incoming"].messages if "\\Seen" in m.flags]
    assert len(seen) == (kind == "seen")


def test_the_mail_of_a_pattern_is_snatched(dovecot, user, meddler):
    meddler.snatch(("3",))
    assert 3 not in [m.uid for m in dovecot.dump(user)["Incoming"].messages]
    assert {m.sha256 for m in dovecot.dump(user)["Personal"].messages} == meddler.touched


def test_nothing_to_meddle_with_is_no_act(meddler):
    assert not meddler.act("move", 99)
    assert meddler.acts == []
    assert meddler.touched == set()
