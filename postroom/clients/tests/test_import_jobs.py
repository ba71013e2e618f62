"""An import from the browser: prepared, checked, written, stopped, gone on with."""

import io
import stat
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from postroom.clients import file_jobs, import_jobs, imports, uploads
from postroom.clients.imports import TooManyGone
from postroom.clients.models import Client
from postroom.kit.tables import NotATable
from postroom.practice import longwork
from postroom.practice.models import AuditEvent, Job, Source

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATE = NOW + longwork.LEASE + timedelta(seconds=1)
GOOD = "reference,name,email\nC1,Ana,a@x.example\nC2,Bo,b@x.example\nC3,Cy,c@x.example\n"


@pytest.fixture(autouse=True)
def no_queue(monkeypatch, settings, tmp_path):
    """Tests call the task themselves."""
    monkeypatch.setattr(longwork, "_enqueue", lambda task, job: None)
    settings.IMPORTS_FOLDER = tmp_path / "imports"


@pytest.fixture
def bring(cast):
    """A text brought by Alice, up to where she sees what would happen."""

    def bring(text, *, source="Ours", gone_too=False, name="list.csv"):
        data = text if isinstance(text, bytes) else text.encode()
        job = import_jobs.prepare(
            cast.practice, io.BytesIO(data), name, len(data), source, by=cast.alice, now=NOW
        )
        import_jobs.check(job, job.data["places"], gone_too, now=NOW)
        return advanced(job)

    return bring


@pytest.fixture
def run(bring, cast):
    """A text imported; what came of it."""

    def run(text, **options):
        job = bring(text, **options)
        import_jobs.write(job, sure=True, by=cast.alice, now=NOW)
        return advanced(job)

    return run


def advanced(job, now=NOW):
    import_jobs.advance(job.pk, clock=lambda: now)
    job.refresh_from_db()
    return job


def counts(job):
    return tuple(job.result[name] for name in ("created", "updated", "unchanged", "bad"))


def refs(cast):
    clients = Client.objects.filter(practice=cast.practice, ref__startswith="C")
    return sorted(clients.values_list("ref", flat=True))


def test_a_check_tells_what_would_happen_and_writes_nothing(cast, bring):
    job = bring(GOOD + "C4,Di,nobody at home\n")
    assert (job.state, job.stage, counts(job)) == (Job.DRAFT, "checked", (3, 0, 0, 1))
    assert refs(cast) == []
    assert [each.row for each in file_jobs.problems(job, "error")] == [5, 5, 5]


def test_what_was_checked_is_imported_without_its_bad_rows(cast, run):
    job = run(GOOD + "C4,Di,not one\n")
    assert (job.state, counts(job)) == (Job.DONE, (3, 0, 0, 1))
    assert refs(cast) == ["C1", "C2", "C3"]
    assert Client.objects.get(ref="C1").source.name == "Ours"
    assert Source.objects.get().fresh_at == NOW
    actions = AuditEvent.objects.order_by("id").values_list("action", "member__name")
    assert list(actions) == [("start_import", "Alice Moreau"), ("import_clients", "Alice Moreau")]


def test_the_file_is_for_nobody_else_to_read(bring):
    folder = uploads.folder(bring(GOOD).data["key"])
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_columns_are_remembered_for_the_source(cast, bring):
    odd = "Nr;Wer;Name\nC1;Ana;x\n"
    job = import_jobs.prepare(
        cast.practice, io.BytesIO(odd.encode()), "a", 30, "Ours", by=cast.alice, now=NOW
    )
    assert "reference" not in job.data["places"]
    import_jobs.check(job, {"reference": (0,), "name": (1,)}, False, now=NOW)
    advanced(job)
    again = import_jobs.prepare(
        cast.practice, io.BytesIO(odd.encode()), "b", 30, "Ours", by=cast.alice, now=NOW
    )
    # Also that the third column, for all its name, is not read.
    assert again.data["places"] == {"reference": [0], "name": [1]}


def test_a_needed_column_must_be_named(cast):
    job = import_jobs.prepare(
        cast.practice, io.BytesIO(b"a,b\n1,2\n"), "a", 8, "Ours", by=cast.alice, now=NOW
    )
    with pytest.raises(NotATable):
        import_jobs.check(job, {"reference": (0,)}, False, now=NOW)
    assert Job.objects.get().state == Job.DRAFT


def test_mended_rows_are_brought_alone_and_nobody_is_gone(cast, run):
    run(GOOD + "C4,Di,not one\n")
    job = run("reference,name,email,Problem\nC4,Di,d@x.example,Email: …\n")
    assert (counts(job), job.result["gone"]) == ((1, 0, 0, 0), 0)
    assert refs(cast) == ["C1", "C2", "C3", "C4"]
    assert not Client.objects.exclude(gone_at=None).exists()


def test_who_is_not_in_a_whole_list_is_gone_and_comes_back(cast, run):
    run(GOOD)
    job = run("reference,name\nC1,Ana\n", gone_too=True)
    assert job.result["gone"] == 2
    gone = Client.objects.exclude(gone_at=None)
    assert sorted(gone.values_list("ref", flat=True)) == ["C2", "C3"]
    assert counts(run("reference,name\nC2,Bo\n")) == (0, 1, 0, 0)
    assert [client.ref for client in gone.all()] == ["C3"]


def test_a_list_speaks_for_its_own_source_alone(cast, run):
    run(GOOD)
    job = run("reference,name\nD1,Di\n", source="The other system", gone_too=True)
    assert job.result["gone"] == 0
    assert cast.hollis.gone_at is None


def test_a_bad_row_is_in_the_list_all_the_same(run):
    run(GOOD)
    job = run("reference,name,email\nC1,Ana,\nC2,Bo,not one\n", gone_too=True)
    assert job.result["gone"] == 1
    assert Client.objects.get(ref="C3").gone_at
    assert not Client.objects.get(ref="C2").gone_at


def test_nobody_is_gone_while_a_reference_cannot_be_read(run):
    run(GOOD)
    job = run('reference,name\nC1,Ana\n"C2"?,Bo\n', gone_too=True)
    assert (job.result["gone"], job.result["bad"]) == (0, 1)


def test_a_list_cut_off_half_way_wants_a_second_word(cast, bring, run):
    many = "reference,name\n" + "".join(f"C{n},Name {n}\n" for n in range(60))
    run(many)
    job = bring("reference,name\nC1,Name 1\n", gone_too=True)
    assert job.result["gone"] == 59
    with pytest.raises(TooManyGone):
        import_jobs.write(job, sure=False, by=cast.alice, now=NOW)
    import_jobs.write(job, sure=True, by=cast.alice, now=NOW)
    assert advanced(job).result["gone"] == 59


def test_a_client_merged_into_another_is_counted_and_left_alone(cast, run):
    run(GOOD)
    kept = Client.objects.get(ref="C1")
    Client.objects.filter(ref="C2").update(merged_into=kept, state="archived")
    job = run(GOOD.replace("Bo", "Bob").replace("Ana", "Anna"), gone_too=True)
    assert (job.result["updated"], job.result["merged"], job.result["gone"]) == (1, 1, 0)
    merged = Client.objects.get(ref="C2")
    assert (merged.name, merged.state, merged.merged_into) == ("Bo", "archived", kept)


def test_an_import_killed_between_two_chunks_goes_on_where_it_was(cast, bring, monkeypatch):
    monkeypatch.setattr(import_jobs, "CHUNK", 1)
    job = bring(GOOD)
    import_jobs.write(job, sure=True, by=cast.alice, now=NOW)
    killed_after(monkeypatch, 2)
    with pytest.raises(KeyboardInterrupt):
        advanced(job)
    assert refs(cast) == ["C1"]
    assert advanced(job).state == Job.RUNNING  # its worker may be alive
    job = advanced(job, LATE)
    assert (job.state, counts(job)) == (Job.DONE, (3, 0, 0, 0))


def killed_after(monkeypatch, chunks):
    """The worker dies within a chunk, its rows written and not committed."""
    whole, left = import_jobs.bring, [chunks]

    def killed(*args, **options):
        done = whole(*args, **options)
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(import_jobs, "bring", killed)


def test_an_import_gives_way_to_other_tasks(cast, bring, monkeypatch):
    monkeypatch.setattr(import_jobs, "CHUNK", 1)
    monkeypatch.setattr(import_jobs, "SLICE", -1.0)
    job = bring(GOOD)
    import_jobs.write(job, sure=True, by=cast.alice, now=NOW)
    for done in (1, 2, 3):
        assert (advanced(job).state, job.done) == (Job.RUNNING, done)
    assert (advanced(job).state, counts(job)) == (Job.DONE, (3, 0, 0, 0))


def test_a_stopped_import_keeps_what_is_in_and_goes_no_further(cast, bring, monkeypatch):
    monkeypatch.setattr(import_jobs, "CHUNK", 1)
    job = bring(GOOD)
    import_jobs.write(job, sure=True, by=cast.alice, now=NOW)
    whole = import_jobs.unpacked

    def stopping(line):
        row = whole(line)
        if row.ref == "C2":
            file_jobs.stop(job, by=cast.bob, now=NOW)
        return row

    monkeypatch.setattr(import_jobs, "unpacked", stopping)
    assert advanced(job).state == Job.STOPPED
    assert refs(cast) == ["C1"]
    assert job.result["created"] == 1


def test_a_check_can_be_stopped(cast):
    job = import_jobs.prepare(
        cast.practice, io.BytesIO(GOOD.encode()), "a", 80, "Ours", by=cast.alice, now=NOW
    )
    import_jobs.check(job, job.data["places"], False, now=NOW)
    assert file_jobs.stop(job, by=cast.alice, now=NOW)
    assert (advanced(job).state, refs(cast)) == (Job.STOPPED, [])


def test_a_busy_database_is_not_the_end_of_an_import(cast, bring, monkeypatch):
    job = bring(GOOD)
    import_jobs.write(job, sure=True, by=cast.alice, now=NOW)

    def busy(*args, **options):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(import_jobs, "bring", busy)
        with pytest.raises(OperationalError):
            advanced(job)
    assert advanced(job, LATE).state == Job.DONE


def test_an_import_whose_file_is_gone_says_so(cast, bring):
    job = bring(GOOD)
    uploads.drop(job.data["key"])
    import_jobs.write(job, sure=True, by=cast.alice, now=NOW)
    job = advanced(job)
    assert (job.state, job.result["trouble"]) == (Job.FAILED, "file")


def test_an_unforeseen_error_ends_an_import_in_words(cast, bring, monkeypatch, caplog):
    job = bring(GOOD)
    import_jobs.write(job, sure=True, by=cast.alice, now=NOW)
    monkeypatch.setattr(import_jobs, "bring", lambda *args, **options: 1 / 0)
    job = advanced(job)
    assert (job.state, job.result["trouble"]) == (Job.FAILED, "unexpected")
    assert "ZeroDivisionError" in caplog.text


def test_a_discarded_draft_leaves_nothing(bring):
    job = bring(GOOD)
    file_jobs.discard(job)
    assert not Job.objects.exists()
    assert not uploads.folder(job.data["key"]).exists()


def test_uploads_are_removed_after_a_week(bring):
    job = bring(GOOD)
    folder = uploads.folder(job.data["key"])
    now = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    assert uploads.tidy(now + timedelta(days=6)) == 0
    assert uploads.tidy(now + timedelta(days=8)) == 1
    assert not folder.exists()
    assert file_jobs.problems(job, "error") == []


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "nothing"),
        (b"\x00" * 40, "nothing"),
        (b"PK\x03\x04" + bytes(60), "unreadable"),
        (b"\x81\x8d\x00\x01\x02", "encoding"),
        (b"{", "json"),
        (b"[" * 100_000, "json"),
        (b'{"resourceType": "Observation"}', "no_patients"),
        (b"BEGIN:VCARD\nEND:VCARD\n", "nothing"),
        (b"a," * 300 + b"b\n", "columns"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence_and_not_kept(cast, settings, data, code):
    before = list(settings.IMPORTS_FOLDER.glob("*"))
    with pytest.raises(NotATable) as told:
        import_jobs.prepare(
            cast.practice, io.BytesIO(data), "a", len(data), "Ours", by=cast.alice, now=NOW
        )
    assert told.value.code == code
    assert list(settings.IMPORTS_FOLDER.glob("*")) == before
    assert not Job.objects.exists()


def test_a_file_over_the_limit_is_not_even_read(cast):
    with pytest.raises(NotATable) as told:
        uploads.keep(io.BytesIO(b"reference,name\n"), uploads.LARGEST + 1)
    assert told.value.code == "too_big"


def test_chunks_are_small_enough_for_others_to_write_between():
    assert import_jobs.CHUNK == imports.CHUNK <= 1_000
