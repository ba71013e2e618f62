"""The audit is a chain: whoever changes, removes or puts in a row is found (RELIABILITY S8)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from postroom.practice import audit, sealing
from postroom.practice.models import AuditChain, AuditEvent, AuditKey, Practice
from postroom.practice.sealing import ADDED, CHANGED, MISSING, UNSEALED, Finding
from tests.support.cast import Cast

NOW = timezone.now()


@pytest.fixture
def practice(cast: Cast) -> Practice:
    """Ten lines of Bob's, sealed as 1 to 10."""
    write(cast, 10)
    assert sealing.seal_all(NOW) == 10
    return cast.practice


def write(cast: Cast, many: int, at: datetime = NOW) -> list[AuditEvent]:
    deeds = (audit.Deed("read", "entry", n, {"n": n, "words": "é\u2028"}) for n in range(many))
    return audit.record_all(cast.practice.pk, deeds, by=cast.bob, now=at)


def tamper(statement: str, *values: object) -> None:
    """As somebody would who owns the database: the triggers put away first."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE practice_auditevent DISABLE TRIGGER USER")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS practice_audit_unchanged")
            cursor.execute("DROP TRIGGER IF EXISTS practice_audit_kept")
        cursor.execute(statement, values)


def findings(practice: Practice) -> list[Finding]:
    return sealing.verify(practice, NOW).findings


def test_rows_are_sealed_in_their_order(practice: Practice) -> None:
    rows = AuditEvent.objects.filter(practice=practice).order_by("id")
    assert list(rows.values_list("seq", flat=True)) == list(range(1, 11))
    chain = AuditChain.objects.get(practice=practice)
    last = rows.last()
    assert last is not None
    assert (chain.seq, chain.seal) == (10, last.seal)
    assert len(set(rows.values_list("seal", flat=True))) == 10


def test_a_chain_nobody_touched_is_well(practice: Practice) -> None:
    verdict = sealing.verify(practice, NOW)
    assert (verdict.rows, verdict.seq, verdict.well) == (10, 10, True)


def test_a_practice_without_lines_is_well(cast: Cast) -> None:
    assert sealing.verify(cast.other, NOW).well


def test_sealing_again_changes_nothing(practice: Practice) -> None:
    before = list(AuditEvent.objects.order_by("id").values())
    assert sealing.seal_all(NOW) == 0
    assert list(AuditEvent.objects.order_by("id").values()) == before


def test_each_practice_has_a_chain_of_its_own(cast: Cast, practice: Practice) -> None:
    audit.record(cast.other.pk, "read", "entry", 1, by=cast.charlie, now=NOW)
    sealing.seal_all(NOW)
    assert AuditEvent.objects.get(practice=cast.other).seq == 1
    assert findings(practice) == findings(cast.other) == []


def test_more_rows_than_a_batch_are_one_chain(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    write(cast, 8)
    assert sealing.seal(cast.practice.pk, NOW) == 8
    assert findings(cast.practice) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", NOW + timedelta(seconds=1)),
        ("who", "Alice Moreau"),
        ("action", "file"),
        ("object_kind", "client"),
        ("object_id", 77),
        ("data", '{"n": 5}'),
        ("network", "192.0.2.1"),
        ("member_id", None),
    ],
)
def test_a_changed_row_is_found_and_named(practice: Practice, column: str, value: object) -> None:
    cast = "::jsonb" if column == "data" and connection.vendor == "postgresql" else ""
    tamper(f"UPDATE practice_auditevent SET {column} = %s{cast} WHERE seq = 4", value)
    assert findings(practice) == [Finding(CHANGED, 4, 4)]


def test_a_removed_row_is_found_and_named(practice: Practice) -> None:
    tamper("DELETE FROM practice_auditevent WHERE seq IN (4, 5)")
    assert findings(practice) == [Finding(MISSING, 4, 5), Finding(CHANGED, 6, 6)]


def test_removed_newest_rows_are_found(practice: Practice) -> None:
    tamper("DELETE FROM practice_auditevent WHERE seq > 7")
    assert findings(practice) == [Finding(MISSING, 8, 10)]


def test_removed_oldest_rows_are_found(practice: Practice) -> None:
    tamper("DELETE FROM practice_auditevent WHERE seq < 3")
    assert findings(practice) == [Finding(MISSING, 1, 2), Finding(CHANGED, 3, 3)]


def test_a_gap_closed_by_counting_again_is_found(practice: Practice) -> None:
    tamper("DELETE FROM practice_auditevent WHERE seq = 4")
    for seq in range(5, 11):
        tamper("UPDATE practice_auditevent SET seq = %s WHERE seq = %s", seq - 1, seq)
    assert findings(practice) == [Finding(CHANGED, 4, 9), Finding(MISSING, 10, 10)]


def test_swapped_rows_are_found(practice: Practice) -> None:
    tamper("UPDATE practice_auditevent SET seq = 99 WHERE seq = 4")
    tamper("UPDATE practice_auditevent SET seq = 4 WHERE seq = 7")
    tamper("UPDATE practice_auditevent SET seq = 7 WHERE seq = 99")
    named = [(one.kind, n) for one in findings(practice) for n in range(one.first, one.last + 1)]
    assert (CHANGED, 4) in named
    assert (CHANGED, 7) in named
    assert {kind for kind, _ in named} == {CHANGED}


def test_swapped_words_of_two_rows_are_found(practice: Practice) -> None:
    tamper("UPDATE practice_auditevent SET object_id = 8 WHERE seq = 2")
    tamper("UPDATE practice_auditevent SET object_id = 1 WHERE seq = 9")
    assert findings(practice) == [Finding(CHANGED, 2, 2), Finding(CHANGED, 9, 9)]


def test_a_row_put_in_the_middle_is_found(cast: Cast, practice: Practice) -> None:
    for seq in range(10, 4, -1):
        tamper("UPDATE practice_auditevent SET seq = %s WHERE seq = %s", seq + 1, seq)
    seal = AuditEvent.objects.get(practice=practice, seq=4).seal
    forged = audit.record(practice.pk, "read", "entry", 3, by=cast.rita, now=NOW)
    tamper("UPDATE practice_auditevent SET seq = 5, seal = %s WHERE id = %s", seal, forged.pk)
    found = findings(practice)
    assert found[0].kind == CHANGED
    assert found[0].first == 5
    assert found[-1] == Finding(ADDED, AuditEvent.objects.get(seq=11).pk, _pk(11))


def _pk(seq: int) -> int:
    return AuditEvent.objects.get(seq=seq).pk


def test_a_row_put_after_the_end_is_found(cast: Cast, practice: Practice) -> None:
    forged = audit.record(practice.pk, "read", "entry", 3, by=cast.rita, now=NOW)
    tamper("UPDATE practice_auditevent SET seq = 11, seal = '1.x' WHERE id = %s", forged.pk)
    assert findings(practice) == [Finding(ADDED, forged.pk, forged.pk)]


def test_rows_sealed_with_a_key_of_ones_own_are_found(practice: Practice) -> None:
    secret = b"0" * 32
    rows = AuditEvent.objects.filter(practice=practice, seq=10).values(*sealing._FIELDS)
    forged = sealing._seal(2, secret, {**rows[0], "who": "Nobody"}, 10, "x")
    tamper("UPDATE practice_auditevent SET who = 'Nobody', seal = %s WHERE seq = 10", forged)
    AuditChain.objects.update(seal=forged)
    AuditKey.objects.create(practice=practice, number=2, key_sealed="x:AAAA", created_at=NOW)
    assert [one.kind for one in findings(practice)] == ["key"]
    AuditKey.objects.filter(number=2).delete()
    assert [one.kind for one in findings(practice)] == [CHANGED]


def test_a_chain_rolled_back_to_an_earlier_end_is_found_by_who_noted_it(
    practice: Practice,
) -> None:
    noted = sealing.verify(practice, NOW)
    seven = AuditEvent.objects.get(practice=practice, seq=7)
    tamper("DELETE FROM practice_auditevent WHERE seq > 7")
    AuditChain.objects.update(seq=7, seal=seven.seal)
    assert sealing.verify(practice, NOW).well, "nothing inside the database can tell"
    found = sealing.verify(practice, NOW, (noted.seq, noted.seal)).findings
    assert found == [Finding(MISSING, 8, 10)]


def test_a_noted_end_that_is_still_there_is_well(cast: Cast, practice: Practice) -> None:
    noted = sealing.verify(practice, NOW)
    write(cast, 3)
    sealing.seal_all(NOW)
    assert sealing.verify(practice, NOW, (noted.seq, noted.seal)).well
    assert not sealing.verify(practice, NOW, (noted.seq, "1.another")).well


def test_rows_that_wait_too_long_for_their_seal_are_told(cast: Cast, practice: Practice) -> None:
    fresh, late = write(cast, 1)[0], write(cast, 1, NOW - timedelta(hours=1))[0]
    assert findings(practice) == [Finding(UNSEALED, late.pk, late.pk)]
    assert fresh.seq is None


def test_a_row_that_commits_late_is_sealed_late(cast: Cast, practice: Practice) -> None:
    first = AuditEvent.objects.order_by("id").first()
    assert first is not None
    late = AuditEvent(
        practice=practice, at=NOW, who="", action="read", object_kind="entry", object_id=1
    )
    late.pk = first.pk - 1  # its transaction began before all the others
    late.save(force_insert=True)
    assert sealing.seal_all(NOW) == 1
    late.refresh_from_db()
    assert late.seq == 11
    assert findings(practice) == []


def test_a_new_key_goes_on_with_the_same_chain(cast: Cast, practice: Practice) -> None:
    sealing.new_key(practice.pk, NOW)
    write(cast, 2)
    sealing.seal_all(NOW)
    seals = AuditEvent.objects.order_by("seq").values_list("seal", flat=True)
    assert [seal.partition(".")[0] for seal in seals] == ["1"] * 10 + ["2"] * 2
    assert findings(practice) == []


def test_the_check_is_kept_for_the_page(practice: Practice) -> None:
    tamper("UPDATE practice_auditevent SET who = 'x' WHERE seq = 4")
    sealing.check(practice, NOW)
    chain = AuditChain.objects.get(practice=practice)
    assert (chain.checked_at, chain.checked, chain.findings) == (NOW, 10, [[CHANGED, 4, 4]])


# --- what the database refuses ---------------------------------------------------------------


def refused(act: Callable[[], object], words: str) -> None:
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        act()


def test_a_sealed_row_cannot_be_changed_nor_deleted(practice: Practice) -> None:
    rows = AuditEvent.objects.filter(practice=practice, seq=4)
    for change in ({"who": "x"}, {"seal": "x"}, {"seq": 44}, {"data": {}}, {"member": None}):
        refused(lambda change=change: rows.update(**change), "never changed")
    refused(rows.delete, "never deleted")
    assert findings(practice) == []


def test_a_row_that_waits_for_its_seal_cannot_be_changed(cast: Cast) -> None:
    (row,) = write(cast, 1)
    refused(lambda: AuditEvent.objects.filter(pk=row.pk).update(who="x"), "never changed")
    refused(lambda: AuditEvent.objects.filter(pk=row.pk).update(member=None), "never changed")


def test_a_member_who_is_gone_stays_in_the_audit(cast: Cast) -> None:
    write(cast, 1)
    sealing.seal_all(NOW)
    cast.bob.delete()
    assert findings(cast.practice) == []
    assert AuditEvent.objects.get().who == "Bob Adeyemi"


# --- the door for retention ------------------------------------------------------------------


def test_what_is_too_old_goes_from_the_beginning_and_the_rest_can_be_checked(cast: Cast) -> None:
    write(cast, 4, NOW - timedelta(days=3000))
    write(cast, 3)
    sealing.seal_all(NOW)
    gone = sealing.trim(cast.practice, NOW - timedelta(days=2000), by=None, now=NOW)
    assert gone == 4
    sealing.seal_all(NOW)
    verdict = sealing.verify(cast.practice, NOW)
    assert (verdict.rows, verdict.findings) == (4, [])  # three, and the one that says so
    rows = AuditEvent.objects.filter(practice=cast.practice, seq=6)
    refused(rows.delete, "never deleted")


def test_a_floor_raised_without_a_word_is_found(practice: Practice) -> None:
    AuditChain.objects.update(floor=4)
    AuditEvent.objects.filter(seq__lte=4).delete()
    assert findings(practice)[0] == Finding(MISSING, 1, 4)


def test_nothing_is_trimmed_twice(cast: Cast) -> None:
    write(cast, 4, NOW - timedelta(days=3000))
    sealing.seal_all(NOW)
    before = NOW - timedelta(days=2000)
    assert sealing.trim(cast.practice, before, by=None, now=NOW) == 4
    assert sealing.trim(cast.practice, before, by=None, now=NOW) == 0
    sealing.seal_all(NOW)
    assert findings(cast.practice) == []
