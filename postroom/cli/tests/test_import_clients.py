import argparse
import json

import pytest

from postroom.cli import import_clients
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
    assert len(lines) == import_clients.SHOWN + 2
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
