import argparse
import json

import pytest

from postroom.appointments.models import Appointment, DueItem
from postroom.cli import import_clients
from postroom.cli.common import Failure
from postroom.practice.models import Source

GOOD = "ref,client,start\nA1,4182,2026-11-26 09:20\nA2,9999,2026-11-27 10:00\n"
BAD = GOOD + "A3,1,soon\n"


@pytest.fixture
def run(cast, tmp_path):
    """Run `postroom import KIND` over a text; the status."""

    def run(text, *options, kind="appointments"):
        file = tmp_path / "book"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        parser = argparse.ArgumentParser()
        import_clients.add(parser.add_subparsers())
        args = parser.parse_args(["import", kind, str(file), "--practice", "tern", *options])
        return args.run(args)

    return run


def test_a_good_file_is_imported(run, capsys):
    assert run(GOOD) == 0
    assert capsys.readouterr().out == (
        "2 new, 0 changed, 0 as before, 0 left out. 1 is for somebody who is not here yet; it is"
        " linked when they come.\n"
    )
    assert Appointment.objects.count() == 2


def test_a_bad_row_refuses_the_file_and_is_named(run, capsys):
    assert run(BAD) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Row 4, start: “soon” is not a day and time.")
    assert lines[1].startswith("Nothing was imported: 1 row has errors.")
    assert not Appointment.objects.exists()


def test_a_dry_run_writes_nothing_not_even_the_source(run, capsys):
    assert run(GOOD, "--dry-run") == 0
    assert capsys.readouterr().out.startswith("Nothing was written. It would be: 2 new")
    assert not Appointment.objects.exists() and not Source.objects.exists()


def test_each_source_has_its_own_references(run):
    run(GOOD)
    run(GOOD, "--source", "Second site")
    assert Appointment.objects.filter(ref="A1").count() == 2


def test_what_is_missing_is_marked_gone(run, capsys):
    run(GOOD)
    run("ref,start\nA1,2026-11-26 09:20\nA4,2026-11-27 11:00\n", "--mark-gone")
    assert "1 is no longer there." in capsys.readouterr().out
    assert Appointment.objects.get(ref="A2").gone_at


def test_json_has_counts_and_sentences(run, capsys):
    assert run(BAD, "--skip-bad", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["created"], told["skipped"], told["unknown"]) == (2, 1, 1)
    assert told["errors"][0]["sentence"].startswith("“soon” is not")


def test_due_dates_are_imported(run):
    assert run("client,kind,due\n4182,Rabies,2026-12-01\n", kind="due") == 0
    assert DueItem.objects.get().client.ref == "4182"


def test_a_calendar_is_told_by_its_content(run):
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261126T092000Z\r\nEND:VEVENT\r\n"
    assert run(f"BEGIN:VCALENDAR\r\n{event}END:VCALENDAR\r\n") == 0
    assert Appointment.objects.get().ref == "1"


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (None, (), "The file cannot be read"),
        ("", (), "The file is empty."),
        ("a,b\n1,2\n", (), "The file has no column “reference”."),
        (GOOD, ("--source", ""), "The name of a source has 1 to 80 characters."),
    ],
)
def test_a_file_that_cannot_be_read_is_a_failure_in_words(run, text, options, words):
    with pytest.raises(Failure, match=words):
        run(text, *options)
