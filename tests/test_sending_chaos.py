"""R3, R4, R10: no letter leaves twice, none is called sent that the server does not know, and a
stop makes no doubt. At a server with a ledger, copies in Dovecot's Sent folder.

Small by default; POSTROOM_CHAOS_FAULTS, _STOPS, _HITS and _SEED make it bigger (a release wants 500
faults and 100 stops).
"""

import os
import random
import signal
import time
from collections import Counter

import pytest

from tests.support.chaos import here, hits
from tests.support.crashpoints import crash_points
from tests.support.faultproxy import FaultProxy
from tests.support.faults import Fault
from tests.support.mailbox import Folder
from tests.support.smtp_sink import Sink

POINTS = crash_points(["outbox"])
QUEUEING = ("queue-written", "inside-queue")
FAULTS = int(os.environ.get("POSTROOM_CHAOS_FAULTS", "6"))
STOPS = int(os.environ.get("POSTROOM_CHAOS_STOPS", "5"))
SEED = int(os.environ.get("POSTROOM_CHAOS_SEED", "1"))
IN_FLIGHT = 3  # the lines of an account, if nothing else is said


@pytest.fixture
def sink():
    with Sink() as server:
        yield server


@pytest.fixture(scope="module")
def loaded(furnished, dovecot, tmp_path_factory):
    """A connected house in which eight letters wait, never run: to be copied. Its server, and the
    user in whose Sent folder the copies go."""
    folder = tmp_path_factory.mktemp("houses") / "loaded"
    with Sink() as sink, furnished.copy(folder) as house:
        user = connect(house, dovecot, sink.port)
        dovecot.add_folders(user, "Earlier")
        house.queue(people(8))
        yield house, sink, user


@pytest.fixture
def waiting(loaded, dovecot, tmp_path):
    """The test's own copy of it; nothing has been sent yet."""
    house, sink, user = loaded
    with house.copy(tmp_path / "waiting") as one:
        yield one, sink, user
    sink.forget()
    with dovecot.connect(user) as mailbox:
        if mailbox.select("Sent"):
            mailbox.move("1:*", "Earlier")


def people(count: int, kind: str = "") -> list[str]:
    return [f"c{n}{kind}@client.test" for n in range(count)]


def connect(house, dovecot, port: int) -> str:
    """A sending account whose copies go to a fresh mailbox; the mailbox's user."""
    user = dovecot.fresh_user("Incoming", "Resolved", "Unresolved", "Sent")
    house.add_account(dovecot, user)
    house.add_smtp(port, more=("--sent-in", "Desk"))
    return user


def sent_folder(dovecot, user: str) -> Folder:
    return dovecot.dump(user)["Sent"]


def check(house, sink: Sink, *, doubtful: int) -> Counter[str]:
    """The ledger against the outbox: what must hold whatever happened. The states."""
    rows, taken = house.outbox(), sink.counts()
    assert max(taken.values(), default=0) <= 1, "sent twice"
    by_state = {
        state: [r for r in rows if r["state"] == state] for state in {r["state"] for r in rows}
    }
    for row in by_state.get("sent", []):
        assert taken[row["message_id"]] == 1, f"not in the ledger: {row}"
    for state in ("queued", "failed", "claimed", "sending"):
        for row in by_state.get(state, []):
            assert taken[row["message_id"]] == 0, f"in the ledger, but {row}"
    states = Counter(row["state"] for row in rows)
    assert states["uncertain"] <= doubtful, (states, house.log())
    return states


@pytest.mark.parametrize("hit", hits())
@pytest.mark.parametrize("point", here(point for point in POINTS if point not in QUEUEING))
@pytest.mark.xdist_group("loaded")
def test_a_crash_while_sending_heals(waiting, dovecot, point, hit):
    house, sink, user = waiting
    worker = house.spawn("worker", POSTROOM_CRASH_AT=f"{point}:{hit}")
    try:
        assert worker.wait(60) == -signal.SIGKILL, f"{point} was not passed\n{house.log()}"
    finally:
        house.kill(worker)
    house.calm()
    states = check(house, sink, doubtful=IN_FLIGHT)
    assert states["sent"] + states["uncertain"] == 8, states
    # Copies are filed beside the sending: there, letters may be at their dots when it dies.
    if point in ("after-claim", "after-offer", "after-sent-commit"):
        assert states["sent"] == 8
    in_sent = Counter(message.sha256 for message in sent_folder(dovecot, user).messages)
    assert len(in_sent) == states["sent"] and set(in_sent.values()) == {1}


@pytest.mark.parametrize("point", QUEUEING)
def test_a_crash_while_queueing_leaves_nothing_or_all(house, sink, point):
    house.add_smtp(sink.port)
    with pytest.raises(AssertionError):
        house.queue(people(3), POSTROOM_CRASH_AT=f"{point}:3")
    assert len(house.outbox()) == 2
    assert sum(line["message_id"] != "" for line in house.register()) == 2


@pytest.mark.timeout(300 + 20 * STOPS)
def test_a_stop_makes_no_doubt(house, sink):
    house.add_smtp(sink.port)
    rng = random.Random(SEED)
    count = stopped_at_work = 0
    while stopped_at_work < STOPS:
        if count - len(sink.ledger()) < 10:
            house.queue(people(50, "+slow0.15"))
            count += 50
        before = len(sink.ledger())
        worker = house.spawn("worker")
        limit = time.monotonic() + 60
        while len(sink.ledger()) == before and time.monotonic() < limit:
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.1))
        stopped_at_work += len(sink.ledger()) < count
        assert house.stop(worker) == 0, house.log()
    states = check(house, sink, doubtful=0)
    assert not states["claimed"] and not states["sending"], states
    print(f"seed {SEED}: {stopped_at_work} stops at work, {dict(states)}")


def test_two_workers_send_each_letter_once(house, sink):
    house.add_smtp(sink.port)
    house.queue(people(60))
    workers = [house.spawn("worker") for _ in range(2)]
    try:
        house.wait_idle(also=lambda: len(sink.ledger()) >= 60)
    finally:
        for worker in workers:
            house.stop(worker)
    assert check(house, sink, doubtful=0) == {"sent": 60}


def test_a_provider_that_files_by_itself_closes_the_doubt(house, dovecot):
    user = ""

    def file(taken):
        dovecot.append(user, "Sent", taken.raw)

    with Sink(on_taken=file) as sink:
        user = connect(house, dovecot, sink.port)
        house.queue(people(4, "+drop"))
        worker = house.spawn("worker")
        try:
            limit = time.monotonic() + 60
            while {row["state"] for row in house.outbox()} != {"sent"}:
                assert time.monotonic() < limit, house.outbox()
                time.sleep(0.2)
        finally:
            house.stop(worker)
        assert {row["reason"] for row in house.outbox()} == {"in-sent-folder"}
    assert len(sent_folder(dovecot, user).messages) == 4


@pytest.mark.timeout(300 + 12 * FAULTS)
def test_random_harm_sends_nothing_twice(house, sink):
    rng = random.Random(SEED)
    kills = 0
    faults = [
        Fault("s2c", "cut-client", match=rb"250 2\.0\.0 taken", before=True, share=0.1),
        Fault("c2s", "cut", match=rb"RCPT TO", share=0.1),
        Fault("s2c", "cut", match=rb"354 go on", share=0.1),
    ]
    with FaultProxy(sink.port, faults, seed=SEED) as proxy:
        house.add_smtp(proxy.port)
        while kills + len(proxy.events) < FAULTS or min(kills, len(proxy.events)) < FAULTS / 5:
            house.queue(people(rng.randrange(4, 12)))
            before = len(sink.ledger())
            worker = house.spawn("worker")
            limit = time.monotonic() + 60
            while len(sink.ledger()) == before and time.monotonic() < limit:
                time.sleep(0.005)
            time.sleep(rng.uniform(0, 0.2))
            kills += worker.poll() is None
            house.kill(worker)
        proxy.set_faults()
        house.run("send-now")
        house.calm(also=lambda: True)
        states = check(house, sink, doubtful=kills * IN_FLIGHT + len(proxy.events))
    assert set(states) <= {"sent", "uncertain"}, states
    print(f"seed {SEED}: {kills} kills, {len(proxy.events)} on the line, {dict(states)}")
