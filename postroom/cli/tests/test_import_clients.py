import argparse
import json

import pytest

from postroom.cli import common, import_clients
from postroom.cli.common import Failure
from postroom.clients.models import Client

GOOD = "reference,name,email\nC1,Ana,a@x.example\nC2,Bo,b@x.example\n"
BAD = GOOD + "C3,Cy,not-one\n"


@pytest.fixture
def run(cast, tmp_path):
    """Run `postroom import clients` over a text; the status."""

    def run(text, *options):
        file = tmp_path / "clients.csv"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        parser = argparse.ArgumentParser()
        import_clients.add(parser.add_subparsers())
        argv = ["import", "clients", str(file), "--practice", "tern", *map(str, options)]
        args = parser.parse_args(argv)
        return args.run(args)

    return run


def imported():
    return sorted(Client.objects.filter(ref__startswith="C").values_list("ref", flat=True))


def test_a_good_file_is_imported(run, capsys):
    assert run(GOOD) == 0
    assert capsys.readouterr().out == "2 new, 0 changed, 0 as before, 0 left out.\n"
    assert imported() == ["C1", "C2"]


def test_a_bad_row_refuses_the_file_and_is_named(run, capsys):
    assert run(BAD) == 1
    assert capsys.readouterr().out.splitlines() == [
        "Row 4, email: “not-one” is not an email address.",
        "Nothing was imported: 1 row has errors. Mend it, or say --skip-bad.",
    ]
    assert imported() == []


def test_skipping_bad_rows_imports_the_others(run, capsys):
    assert run(BAD, "--skip-bad") == 0
    assert capsys.readouterr().out.endswith("2 new, 0 changed, 0 as before, 1 left out.\n")
    assert imported() == ["C1", "C2"]


def test_a_dry_run_writes_nothing(run, capsys):
    assert run(GOOD, "--dry-run") == 0
    assert capsys.readouterr().out.startswith("Nothing was written. It would be: 2 new")
    assert imported() == []


def test_json_is_one_object(run, capsys):
    assert run(BAD, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["skipped"], told["errors"][0]["row"]) == (3, 4)


def test_only_the_first_problems_are_printed(run, capsys):
    run("reference,name\n" + "".join(f"C{n},\n" for n in range(60)))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == common.SHOWN + 2
    assert lines[-2] == "… and 10 more."


def test_a_mapping_file_names_the_columns(run, tmp_path):
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"reference": "Nr", "name": "Wer"}')
    assert run("Nr,Wer\nC9,Ana\n", "--mapping", mapping) == 0
    assert imported() == ["C9"]


@pytest.mark.parametrize("text", ["{", "[]", '{"name": 3}'])
def test_a_mapping_that_is_none_is_refused(run, tmp_path, text):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(text)
    with pytest.raises(Failure, match="mapping"):
        run(GOOD, "--mapping", mapping)


def test_a_missing_column_is_told_with_those_found(run):
    with pytest.raises(Failure, match=r"no column “reference”\. Columns found: nom, mail"):
        run("nom,mail\nAna,a@x.example\n")


def test_a_missing_mapping_is_told(run, tmp_path):
    with pytest.raises(Failure, match="mapping file cannot be read"):
        run(GOOD, "--mapping", tmp_path / "none.json")


def test_a_missing_file_is_told(run):
    with pytest.raises(Failure, match="The file cannot be read"):
        run(None)


def test_who_is_not_in_the_list_of_a_source_is_marked_when_asked(run, capsys):
    assert run(GOOD, "--source", "Ours") == 0
    assert run(GOOD.partition("C2")[0], "--source", "Ours", "--mark-gone") == 0
    assert capsys.readouterr().out.endswith("1 client is marked as gone.\n")
    assert Client.objects.exclude(gone_at=None).get().ref == "C2"


def test_marking_needs_a_source(run):
    with pytest.raises(Failure, match="--mark-gone needs --source"):
        run(GOOD, "--mark-gone")


def test_most_of_a_source_is_marked_only_when_sure(run, capsys):
    many = "reference,name\n" + "".join(f"C{n},Name {n}\n" for n in range(30))
    run(many, "--source", "Ours")
    with pytest.raises(Failure, match="29 of the 30 clients"):
        run("reference,name\nC1,Name 1\n", "--source", "Ours", "--mark-gone")
    assert run("reference,name\nC1,Name 1\n", "--source", "Ours", "--mark-gone", "--sure") == 0
    assert capsys.readouterr().out.endswith("29 clients are marked as gone.\n")


def test_any_format_is_taken_by_its_content_whatever_its_name(run):
    assert run("BEGIN:VCARD\nVERSION:4.0\nUID:C7\nFN:Ana\nEND:VCARD\n") == 0
    assert run('{"resourceType": "Patient", "id": "C8", "name": [{"text": "Bo"}]}') == 0
    assert imported() == ["C7", "C8"]
