"""R8: a power cut loses nothing that was acknowledged, and the next pass heals the rest.

The product runs on a data folder of which, after the cut, only that is left which it had synced:
bytes of files and names in folders alike. POSTROOM_CHAOS_CUTS for more cuts (a release wants 100),
POSTROOM_CHAOS_SEED for others. On PostgreSQL, which syncs for itself, the database is spared: there
it is the raw mails that are cut.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from contextlib import closing

import pytest

from tests.support.mailbox import content_key
from tests.support.mails import make_mails
from tests.support.office import at_dovecot
from tests.support.oracle import compare
from tests.support.powercut import PowerCut

CUTS = int(os.environ.get("POSTROOM_CHAOS_CUTS", "6"))
SEED = int(os.environ.get("POSTROOM_CHAOS_SEED", "1"))
MAILS = 14  # of each round


# --- the product ----------------------------------------------------------------------------


@pytest.mark.timeout(120 + 20 * CUTS)
def test_a_power_cut_while_filing_loses_nothing(house, dovecot, tmp_path):
    rng, office = random.Random(SEED), at_dovecot(house, dovecot)
    office.put(make_mails(MAILS, rng))
    house.sync()  # the first pass makes folders, which the others find there
    office.put(make_mails(MAILS, rng))
    power = PowerCut(house.data, tmp_path / "shadow")
    house.sync(**power.environment())
    syncs = power.syncs()
    power.strike()  # after the end: whatever it did was acknowledged
    assert losses(office) == []
    known, under_way = house.register(), 0
    for turn in range(CUTS):
        office.put(make_mails(MAILS, rng))
        power = PowerCut(house.data, tmp_path / f"shadow{turn}")
        at = rng.randint(1, syncs) if turn % 2 else 0
        pause = rng.uniform(0, 0.4)
        under_way += cut(house, power, at, pause)
        when = f"round {turn} of seed {SEED}, in place of sync {at} or after {pause:.3f} s"
        assert losses(office, known) == [], when
        house.sync()
        known = house.register()
        finding = compare(office.mails, office.post.dump(), known)
        assert finding.held, f"{when}\n{finding}"
    office.check(rest=True)
    assert under_way >= CUTS // 2, "too few cuts fell into the work itself"


def test_a_letter_filed_by_hand_stays_filed(house, dovecot, tmp_path):
    office = at_dovecot(house, dovecot)
    office.put_new(MAILS)
    house.sync()
    power = PowerCut(house.data, tmp_path / "shadow")
    waiting = next(m for m in office.mails if m.kind == "unknown")
    office.assign(waiting, "C0007", **power.environment())
    assert power.syncs() or house.database_url
    power.strike()
    line = next(line for line in house.register() if line["sha256"] == waiting.key)
    assert (line["filing"], line["clients"]) == ("resolved", ["C0007"])
    house.sync()
    office.check()


def test_a_disk_that_lies_is_found_out(house, dovecot, tmp_path):
    """The proof's own proof: were nothing synced, the comparison would say so."""
    office = at_dovecot(house, dovecot)
    mails = office.put_new(MAILS)
    power = PowerCut(house.data, tmp_path / "shadow")
    house.sync(**power.environment(lies=True))
    power.strike()
    assert len(losses(office)) >= len({mail.key for mail in mails})


def cut(house, power: PowerCut, at: int, pause: float) -> bool:
    """Cut the power under a pass: in place of a sync, or some time after the first one.

    False: the pass had ended before.
    """
    process = house.spawn("sync", "--json", **power.environment(at=at))
    limit = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < limit:
        if not at and power.syncs():
            time.sleep(pause)
            break
        time.sleep(0.005)
    house.kill(process)
    power.strike()
    return process.returncode == -signal.SIGKILL


def losses(office, known=()) -> list[str]:
    """What was promised and is no more; asked before anything could heal.

    known  lines of the register from before: an entry once there stays
    """
    house, found = office.house, []
    if not house.database_url:
        with closing(sqlite3.connect(house.data / "postroom.sqlite3")) as database:
            verdict = database.execute("PRAGMA integrity_check").fetchall()
        found += [] if verdict == [("ok",)] else [f"the database: {verdict}"]
    lines = {line["sha256"]: line for line in house.register()}
    for key in lines:
        raws = [path.read_bytes() for path in house.data.glob(f"mail/*/*/{key}.eml")]
        if [content_key(raw) for raw in raws] != [key]:
            found.append(f"{key} has an entry and no whole raw mail")
    server = office.post.dump()
    for folder in (office.places.resolved, office.places.unresolved):
        gone = {message.sha256 for message in server[folder].messages} - set(lines)
        found += [f"{key} is in {folder} and not in the register" for key in sorted(gone)]
    then = {line["sha256"]: line["entry"] for line in known}
    found += [
        f"{key} was entry {entry}"
        for key, entry in then.items()
        if key not in lines or lines[key]["entry"] != entry
    ]
    return found


# --- the power cut itself -------------------------------------------------------------------

WRITE = "file = open('new', 'w'); file.write('words'); file.flush(); "
SYNC = "os.fsync(file.fileno()); "
SYNC_FOLDER = "os.fsync(os.open('.', os.O_DIRECTORY)); "


@pytest.mark.parametrize(
    ("script", "left"),
    [
        (WRITE, {"old": "as it was"}),
        (WRITE + SYNC, {"old": "as it was"}),
        (WRITE + SYNC_FOLDER, {"old": "as it was", "new": ""}),
        (WRITE + SYNC + SYNC_FOLDER, {"old": "as it was", "new": "words"}),
        (WRITE + SYNC + SYNC_FOLDER + "file.write('more')", {"old": "as it was", "new": "words"}),
        ("os.rename('old', 'new')", {"old": "as it was"}),
        ("os.rename('old', 'new'); " + SYNC_FOLDER, {"new": "as it was"}),
        ("os.remove('old')", {"old": "as it was"}),
        ("os.remove('old'); " + SYNC_FOLDER, {}),
        ("open('old', 'w').write('other')", {"old": "as it was"}),
        ("os.mkdir('sub'); os.chdir('sub'); " + WRITE + SYNC + SYNC_FOLDER, {"old": "as it was"}),
    ],
)
def test_a_cut_leaves_what_was_synced_and_nothing_else(tmp_path, script, left):
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "old").write_text("as it was")
    run_and_cut(tmp_path, f"import os; {script}")
    assert {path.name: path.read_text() for path in folder.iterdir()} == left


@pytest.mark.parametrize(("synchronous", "left"), [("FULL", 20), ("NORMAL", 0), ("OFF", 0)])
def test_sqlite_keeps_its_commits_only_when_told_to(tmp_path, synchronous, left):
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "database"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE line (words)")
    database.close()
    run_and_cut(
        tmp_path,
        f"""
        import os, signal, sqlite3
        database = sqlite3.connect("database", isolation_level=None)
        database.execute("PRAGMA synchronous={synchronous}")
        for number in range(20):
            database.execute("INSERT INTO line VALUES (?)", [number])
        os.kill(os.getpid(), signal.SIGKILL)
        """,
    )
    database = sqlite3.connect(path)
    assert database.execute("SELECT count(*) FROM line").fetchone() == (left,)
    assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_the_process_dies_in_place_of_the_sync_named(tmp_path):
    (tmp_path / "data").mkdir()
    done = run_and_cut(tmp_path, "import os\n" + WRITE + SYNC_FOLDER + SYNC + "print('on')", at=2)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
    assert (tmp_path / "data" / "new").read_text() == ""


def run_and_cut(tmp_path, script: str, at: int = 0) -> subprocess.CompletedProcess:
    """Run a script in tmp_path/data, and cut the power when it is over."""
    folder = tmp_path / "data"
    power = PowerCut(folder, tmp_path / "shadow")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=folder,
        env={**os.environ, **power.environment(at=at)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    power.strike()
    return done
