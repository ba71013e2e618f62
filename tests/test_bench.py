"""The benchmark measures what it says: its mails are such as it promises, its checks bite."""

import json
import shutil

import pytest

from bench import filing, importing, kept, waiting
from bench.contenders import Round, mbsync_and_notmuch, postroom
from bench.mails import CLIENTS, client_rows, make_mails
from bench.measure import Cost, installed
from postroom.kit.mime import read
from tests.support.mailbox import content_key
from tests.support.once import once
from tests.support.postroom import House

PEERS = installed("mbsync", "notmuch")  # which only `make bench` asks for


@pytest.fixture(autouse=True)
def set_up(tmp_path_factory, monkeypatch):
    """The houses here are set up by copying one that was: what is measured comes later."""
    real = House.setup
    made = once(tmp_path_factory, "set-up", lambda folder: real(House(folder)))

    def setup(house):
        shutil.copytree(made, house.folder, dirs_exist_ok=True)

    monkeypatch.setattr(House, "setup", setup)


@pytest.fixture(scope="module")
def mails():
    return list(make_mails(600))


def test_the_mean_size_is_about_60_kb_and_most_mails_are_small(mails):
    sizes = sorted(len(mail.raw) for mail in mails)
    assert 50_000 < sum(sizes) / len(sizes) < 70_000
    assert sizes[len(sizes) // 2] < 15_000
    assert sizes[-1] > 500_000


def test_no_two_mails_are_alike_and_a_seed_gives_the_same_ones_again(mails):
    assert len({content_key(mail.raw) for mail in mails}) == len(mails)
    assert list(make_mails(600)) == mails
    assert next(make_mails(1, seed=2)) != mails[0]


def test_four_of_five_are_from_clients_each_by_the_address_on_the_record(mails):
    addresses = {row["reference"]: row["email"] for row in client_rows()}
    assert len(addresses) == len(set(addresses.values())) == CLIENTS
    assert 0.75 < sum(mail.client is not None for mail in mails) / len(mails) < 0.85
    for mail in mails[:100]:
        sender = read(mail.raw).senders[0].address
        assert sender == addresses[mail.client] if mail.client else sender not in addresses.values()


def test_every_mail_can_be_read_without_a_complaint(mails):
    letters = [read(mail.raw) for mail in mails]
    assert {letter.problems for letter in letters} == {()}
    assert all(letter.subject and letter.text and letter.date for letter in letters)
    files = [file for letter in letters for file in letter.files]
    assert {file.type for file in files} == {"image/jpeg", "image/png", "application/pdf"}


def test_importing_is_measured_beside_the_floor(tmp_path, capsys):
    importing.measure(1, 1, tmp_path / "times.json", rows=50)
    assert "one in 100 changed" in capsys.readouterr().out
    written = json.loads((tmp_path / "times.json").read_text())
    assert written["about"]["rows"] == 50
    assert list(written["times"]) == [
        "the floor",
        "all new",
        "nothing changed",
        "one in 100 changed",
    ]


def test_a_run_measures_every_contender_and_writes_all_times(tmp_path, capsys):
    filing.run(12, 1, tmp_path / "times.json")
    said = capsys.readouterr().out
    assert "postroom sync" in said
    assert "fetched, thrown away" in said
    times = json.loads((tmp_path / "times.json").read_text())
    assert times["about"]["mails"] == 12
    contenders = {filing.OURS, filing.FLOOR}
    if PEERS:
        contenders.add(filing.PEER)
    assert set(times["seconds"]) == contenders
    assert all(one["whole"]["wall"] > 0 for [one] in times["seconds"].values())


@pytest.mark.parametrize("which", ["postroom", *(["mbsync"] if PEERS else [])])
def test_a_contender_that_leaves_a_mail_out_is_found_out(which, furnished, dovecot, tmp_path):
    raw = next(make_mails(1)).raw
    user = dovecot.fresh_user()
    dovecot.append(user, "Incoming", raw)
    turn = Round(dovecot, user, tmp_path / "turn", {content_key(raw): None, "another": None})
    turn.folder.mkdir()
    with pytest.raises(RuntimeError, match=r"not as they should be|left 1 files"):
        postroom(turn, furnished) if which == "postroom" else mbsync_and_notmuch(turn)


def test_a_ratio_is_the_median_of_each_rounds_own():
    ours = [Cost(wall, 1) for wall in (1, 2, 10)]
    peer = [Cost(wall, 1) for wall in (3, 4, 50)]
    assert filing._ratio(ours, peer) == "3.00"


def test_a_list_to_import_is_always_the_same_but_for_what_is_changed(tmp_path):
    paths = [tmp_path / name for name in ("first", "again", "changed")]
    for path, changed in zip(paths, (0, 0, 10), strict=True):
        importing.write(path, 100, changed)
    first, again, other = (path.read_text().splitlines() for path in paths)
    assert first == again
    assert sum(one != two for one, two in zip(first, other, strict=True)) == 10


def test_waiting_is_measured_to_the_record_and_in_commands(tmp_path, capsys, monkeypatch):
    for name, value in (
        *(("STORED", 500), ("ACCOUNTS", 4), ("DEAF", 2), ("WATCHED", 2)),
        ("POLL_SECONDS", 1.0),
    ):
        monkeypatch.setattr(waiting, name, value)
    for measure in (waiting.delivery, waiting.accounts, waiting.idle):
        measure(2, 1, tmp_path / f"{measure.__name__}.json")
    said = {path.stem: json.loads(path.read_text()) for path in tmp_path.glob("*.json")}
    assert len(said["delivery"]["seconds"]["delivery to record, by IDLE"]) == 2
    assert said["accounts"]["about"]["of them deaf"] == 2
    assert [len(found) for found in said["accounts"]["seconds"].values()] == [1, 1]
    assert len(said["idle"]["about"]["commands of a pass, 500 stored"].split(", ")) <= 5


def test_a_kept_house_is_filled_once_and_its_register_asked(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(kept, "CACHE", tmp_path)
    for _ in range(2):
        about, found = kept.ask("bench.register_pages", 0, 300, 30)
        assert (about["entries"], set(found)) == (300, {"page", "keys", "raw SQL"})
    assert capsys.readouterr().out.count("Filling") == 1
