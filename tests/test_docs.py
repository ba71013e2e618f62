"""The documents say what the code does: names of settings, commands, points and states agree."""

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from postroom import cli
from postroom.cli import register
from postroom.connections import trouble
from postroom.intake.models import Sighting
from postroom.practice.models import Role
from postroom.practice.rules import RIGHTS, ROLES
from postroom.register import rules as reasons
from postroom.register.tests.post import put
from tests.support.cast import Cast

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
NOT_OURS = {".venv", ".demo", "build", "dist"}  # what other commands leave here
PAGES = sorted(
    page for page in ROOT.rglob("*.md") if not NOT_OURS & set(page.relative_to(ROOT).parts)
)


def test_every_environment_variable_is_in_the_configuration_and_vice_versa() -> None:
    text = (REFERENCE / "configuration.md").read_text()
    assert _names(text) >= _variables("postroom")
    assert _first_cells(text, "POSTROOM_") == _variables("postroom", "tests", "conftest.py")


def test_every_command_has_its_section_with_all_its_options_and_no_other() -> None:
    told = {
        title.removeprefix("`postroom ").rstrip("`"): set(_first_cells(body, "--"))
        for title, body in _sections((REFERENCE / "command-line.md").read_text())
        if title.startswith("`postroom ")
    }
    assert told == dict(_commands(cli._parser(""), ""))


def test_every_choice_of_an_option_is_told() -> None:
    text = (REFERENCE / "command-line.md").read_text()
    known = [str(choice) for one in _actions(cli._parser("")) for choice in one.choices or ()]
    assert known
    assert [choice for choice in known if f"`{choice}`" not in text] == []


def test_every_field_of_the_register_is_told_and_vice_versa(cast: Cast) -> None:
    put(cast.practice, clients=[cast.hollis])
    (row,) = register.rows(cast.practice)
    text = dict(_sections((REFERENCE / "command-line.md").read_text()))["`postroom register`"]
    fields = text.partition("| field |")[2]
    assert sorted(_cell_names(fields)) == sorted(row)


def test_every_crash_point_is_told_with_its_file_and_vice_versa() -> None:
    body = dict(_sections((REFERENCE / "filing.md").read_text()))["Crash points"]
    told = re.findall(r"^\| `([\w-]+)` \| `([\w/.]+)` \|", body, re.MULTILINE)
    assert sorted(told) == sorted(_crash_points())


def test_every_state_of_a_sighting_is_told_and_which_are_open() -> None:
    body = dict(_sections((REFERENCE / "filing.md").read_text()))["The states of a sighting"]
    told = dict(re.findall(r"^\| `(\w+)` \|.*\|( yes)? \|$", body, re.MULTILINE))
    assert sorted(told) == sorted(state for state, _ in Sighting.STATES)
    assert {state for state, is_open in told.items() if is_open} == set(Sighting.OPEN)


def test_every_reason_of_filing_is_told() -> None:
    body = dict(_sections((REFERENCE / "filing.md").read_text()))["Who gets a letter"]
    assert [code for code in _codes(reasons) if f"`{code}`" not in body] == []


def test_every_trouble_of_an_account_is_told_and_vice_versa() -> None:
    text = (DOCS / "how-to" / "when-something-is-wrong.md").read_text()
    body = dict(_sections(text))["Troubles of an account"]
    assert _first_cells(body, "") == set(_codes(trouble))


def test_the_table_of_rights_is_that_of_a_new_practice() -> None:
    header, _, *rows = _table((REFERENCE / "roles-and-rights.md").read_text(), "| right | Admin")
    keys = {str(name): key for key, name in Role.SEEDED.items()}
    told = {keys[name]: set() for name in header[1:]}
    for right, *ticks in rows:
        for name, tick in zip(header[1:], ticks, strict=True):
            if tick == "yes":
                told[keys[name]].add(right.strip("`"))
    assert [row[0].strip("`") for row in rows] == list(RIGHTS)
    assert told == {key: set(rights) for key, rights in ROLES.items()}


def test_every_page_is_on_the_shelf() -> None:
    linked = {target for target, _ in _links(DOCS / "index.md")}
    pages = set(DOCS.rglob("*.md")) - {DOCS / "index.md"}
    assert sorted(page.relative_to(DOCS) for page in pages - linked) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    for target, place in _links(page):
        assert target.exists(), f"{target} of {page}"
        if place:
            assert place in _places(target.read_text()), f"#{place} in {target}"


# --- reading the code -----------------------------------------------------------------------


def _sources(*names: str) -> Iterator[Path]:
    for name in names:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _variables(*names: str) -> set[str]:
    """Every literal that is the name of a variable, and what tests tell their own children of."""
    found: set[str] = set()
    for path in _sources(*names):
        inside_a_room = path.relative_to(ROOT).parts[0] == "postroom"
        if path == Path(__file__) or (inside_a_room and "tests" in path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if re.fullmatch(r"POSTROOM_[A-Z_]+", node.value) else set()
            if isinstance(node, ast.keyword) and (node.arg or "").startswith("POSTROOM_"):
                found.add(node.arg or "")
    return found


def _crash_points() -> Iterator[tuple[str, str]]:
    for path in _sources("postroom"):
        if "tests" not in path.parts:
            for name in re.findall(r"""crash_point\(\s*["']([^"']+)["']""", path.read_text()):
                yield name, str(path.relative_to(ROOT / "postroom"))


def _commands(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, set[str]]]:
    """Each command that does something, with its long options."""
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for group in below:
        for word, command in group.choices.items():
            yield from _commands(command, f"{name} {word}".strip())
    if not below:
        options = {option for action in parser._actions for option in action.option_strings}
        yield name, {option for option in options if option.startswith("--")} - {"--help"}


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
        else:
            yield action


def _codes(module: object) -> list[str]:
    return [
        value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)
    ]


# --- reading the pages ----------------------------------------------------------------------


def _names(text: str) -> set[str]:
    return set(re.findall(r"`(POSTROOM_[A-Z_]+)", text))


def _first_cells(text: str, begins: str) -> set[str]:
    """The words in code at the beginning of a table's rows, up to the first space."""
    return set(re.findall(rf"^\| `({begins}[\w-]+)", text, re.MULTILINE))


def _cell_names(text: str) -> list[str]:
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])]


def _table(text: str, begins: str) -> list[list[str]]:
    lines = text[text.index(begins) :].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _sections(text: str) -> list[tuple[str, str]]:
    """Titles of the second level, with what stands below them."""
    return [
        (part.partition("\n")[0].strip(), part.partition("\n")[2])
        for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    ]


def _links(page: Path) -> list[tuple[Path, str]]:
    """The files and headings a page points to; addresses elsewhere are left alone."""
    text = re.sub(r"^(?: {4}|\t).*$", "", page.read_text(), flags=re.MULTILINE)  # examples
    links = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", link):
            path, _, place = unquote(link).partition("#")
            links.append(((page.parent / path).resolve() if path else page, place))
    return links


def _places(text: str) -> set[str]:
    """The anchors that a forge makes of headings."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
