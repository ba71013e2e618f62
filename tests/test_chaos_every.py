"""R2: a crash at any named point heals, and a further run changes nothing.

Each round: a house of its own, a fresh mailbox, nasty mails; a worker that dies at the point; a
calm worker; then the oracle. POSTROOM_CHAOS_HITS=3 dies at the 2nd and 3rd passing as well.
"""

import random
import signal

import pytest

from tests.support.chaos import crash, here, hits
from tests.support.crashpoints import (
    AFTER_A_CRASH,
    BY_HAND,
    COPYING,
    EXPECTED,
    OF_FILES,
    crash_points,
)
from tests.support.faultproxy import FaultProxy
from tests.support.mails import make_mails
from tests.support.office import at_dovecot

POINTS = [point for point in crash_points() if point not in OF_FILES]


def test_the_product_can_die_at_every_arrow():
    assert set(EXPECTED) <= set(POINTS)


@pytest.mark.parametrize("hit", hits())
@pytest.mark.parametrize("point", here(POINTS))
def test_a_crash_heals(house, request, point, hit):
    server = request.getfixturevalue("dovecot_without_move" if point in COPYING else "dovecot")
    mails = make_mails(16, random.Random(f"{point}:{hit}"))
    waves = [mails[at::4] for at in range(4)]
    with FaultProxy(server.ports["tls"]) as proxy:
        office = at_dovecot(house, server, port=proxy.port)
        if point in AFTER_A_CRASH:
            assert crash(office, AFTER_A_CRASH[point], 1, [waves.pop(0)], proxy)
        reached = crash(office, point, hit, waves, proxy)
        assert reached, f"{point} was not passed {hit} times: it proves nothing\n{house.log()}"
        house.calm(also=office.all_filed)
        office.check(rest=True)


@pytest.mark.parametrize("server", ["dovecot", "dovecot_without_move"])
@pytest.mark.parametrize("number", range(len(BY_HAND)))
def test_a_crash_while_filing_by_hand_heals(house, request, server, number):
    point = (COPYING if server == "dovecot_without_move" else BY_HAND)[number]
    office = at_dovecot(house, request.getfixturevalue(server))
    office.put_new(16)
    house.calm(also=office.all_filed)
    office.check()
    waiting = [m for m in office.mails if m.client is None and not m.folds_under]
    for mail in waiting[:2]:
        office.assign(mail, "C0007")
    worker = house.spawn("worker", POSTROOM_CRASH_AT=f"{point}:1")
    try:
        assert worker.wait(60) == -signal.SIGKILL, house.log()
    finally:
        house.kill(worker)
    house.calm()
    office.check(rest=True)
