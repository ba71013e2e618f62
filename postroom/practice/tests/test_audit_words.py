"""Every action that the source records anywhere has words (SPEC: the audit line is readable)."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import override_settings

from postroom.practice import audit, audit_differences, audit_words, auditing
from postroom.practice.models import Practice

HOUSE = Path(__file__).resolve().parents[2]
OWN = HOUSE / "practice" / "audit.py"
# Where the action and the kind stand in a call, counted from its first argument; `read` has a
# default action.
CALLS = {"record": (1, 2), "Deed": (0, 1), "read": (None, 1), "read_part": (None, 1)}


@dataclass(frozen=True)
class Place:
    """A call that writes a line, and the functions it stands in."""

    path: Path
    tree: ast.Module
    call: ast.Call
    inside: list[ast.FunctionDef]

    def __str__(self) -> str:
        return f"{self.path.relative_to(HOUSE)}:{self.call.lineno}"


def recorded() -> Iterator[tuple[Place, str, str]]:
    """Place, action and kind of every line the source may write."""
    for path in sorted(HOUSE.rglob("*.py")):
        if "tests" in path.parts or path == OWN:
            continue
        for place in _places(path):
            at_action, at_kind = CALLS[_name(place.call)]
            actions = _values(place, _argument(place.call, at_action, "action"))
            if at_action is None and not _argument(place.call, None, "action"):
                actions = {audit.READ}
            kinds = _values(place, _argument(place.call, at_kind, "kind"))
            yield from ((place, action, kind) for action in actions for kind in kinds)


def test_the_source_is_searched_for_what_it_records() -> None:
    found = {(action, kind) for _place, action, kind in recorded()}
    assert {("file", "entry"), ("undo", "entry"), ("activate", "account")} <= found
    assert {("read", "client"), ("download", "entry"), ("sign-in-refused", "member")} <= found


def test_every_action_of_the_source_has_words() -> None:
    wordless = [
        f"{place}: {action} of {kind}"
        for place, action, kind in recorded()
        if (kind, action) not in audit_words.ACTIONS or kind not in audit_words.KINDS
    ]
    assert sorted(wordless) == [], "\n".join(wordless)


def test_every_kind_leads_to_a_page_that_exists() -> None:
    for kind in audit_words.KINDS.values():
        if kind.url:
            assert auditing._url(Practice(slug="tern"), kind.url, 1)


def test_what_has_no_words_yet_is_told_by_its_codes() -> None:
    assert audit_words.action_words("paint_blue", "garden_fence", {}) == "paint blue garden fence"
    assert audit_words.kind_words("garden_fence") == "garden fence"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, []),
        ({"version": 3, "point": None, "clients": []}, []),
        ({"name": ["Old", "New"]}, ["name: Old → New"]),
        ({"fields": ["name", "telephone"]}, ["changed: name, telephone"]),
        (
            {"fields": ["note", "state"], "changes": {"state": ["active", "deceased"]}},
            ["state: Active → Deceased", "changed: note"],
        ),
        ({"point": 4, "kind": "phone"}, ["kind: Telephone"]),
        ({"consents": {"marketing": [None, True]}}, ["consent › News and offers: – → yes"]),
        ({"from": "reception", "to": "assistant"}, ["reception → assistant"]),
        ({"clients": [4, 5]}, ["records: 4, 5"]),
        ({"before": {"filing": "unresolved", "reason": ""}}, ["before › filing: Unresolved"]),
        ({"restricted": [False, True]}, ["restricted access: no → yes"]),
    ],
)
def test_differences_are_told_as_they_were_and_as_they_are(
    data: dict[str, object], said: list[str]
) -> None:
    assert audit_differences.differences(data) == said


def test_numbers_and_codes_are_called_by_their_names() -> None:
    names = audit_differences.Names(
        members={3: "Alice Moreau"},
        clients={7: "4182", 8: "2907"},
        roles={"reception": "Reception"},
        rights={"write": "Write on records"},
    )
    data: dict[str, object] = {
        "changes": {"practitioner_id": [None, 3]},
        "from": "own",
        "to": "reception",
        "added": ["write", "read"],
        "kept": 7,
        "gone": 8,
    }
    assert audit_differences.differences(data, names) == [
        "own → Reception",
        "responsible practitioner: – → Alice Moreau",
        "added: Write on records, read",
        "kept: 4182",
        "gone: 2907",
    ]


def test_a_deed_is_told_in_the_practices_own_words() -> None:
    nouns = {"a_client": "an owner"}
    assert audit_words.action_words("create_client", "client", nouns) == "Added an owner"


def test_a_long_list_of_differences_ends() -> None:
    many = {f"field {n}": n for n in range(100)}
    assert len(audit_differences.differences(many)) == audit_differences.MOST + 1


@override_settings(LANGUAGE_CODE="en")
@pytest.mark.parametrize("kind", ["changed", "missing", "key", "added", "unsealed"])
def test_every_finding_is_a_sentence_that_names_its_lines(kind: str) -> None:
    assert "4" in audit_words.finding_words(kind, 4, 4)
    several = audit_words.finding_words(kind, 4, 7)
    assert "4" in several
    assert "7" in several


# --- reading the source ----------------------------------------------------------------------


def _places(path: Path) -> Iterator[Place]:
    tree = ast.parse(path.read_text())

    def walk(node: ast.AST, inside: list[ast.FunctionDef]) -> Iterator[Place]:
        if isinstance(node, ast.Call) and _writes(node):
            yield Place(path, tree, node, inside)
        if isinstance(node, ast.FunctionDef):
            inside = [*inside, node]
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside)

    yield from walk(tree, [])


def _writes(call: ast.Call) -> bool:
    """`audit.record(…)` and its like; also `(audit.read_part if … else audit.read)(…)`."""
    return bool(_name(call))


def _name(call: ast.Call) -> str:
    function = call.func.body if isinstance(call.func, ast.IfExp) else call.func
    of_audit = (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "audit"
        and function.attr in CALLS
    )
    if isinstance(function, ast.Name) and function.id == "Deed":
        return "Deed"
    return function.attr if of_audit and isinstance(function, ast.Attribute) else ""


def _argument(call: ast.Call, at: int | None, name: str) -> ast.expr | None:
    named = [keyword.value for keyword in call.keywords if keyword.arg == name]
    if named:
        return named[0]
    return call.args[at] if at is not None and at < len(call.args) else None


def _values(place: Place, given: ast.expr | None) -> set[str]:
    """All that an expression may be, as far as the file tells. Fails where it does not."""
    match given:
        case None:
            return set()
        case ast.Constant(value=str(word)):
            return {word}
        case ast.IfExp():
            return _values(place, given.body) | _values(place, given.orelse)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):  # «import_» and a kind
            words = {action for _kind, action in audit_words.ACTIONS if action.startswith(start)}
            assert words, f"{place}: nothing begins with {start}"
            return words
        case ast.Attribute(value=ast.Name(id="audit"), attr=name):
            return {getattr(audit, name)}
        case ast.Attribute(attr="state"):  # of a message: what became of it
            return {"sent", "failed", "uncertain", "cancelled", "withdrawn"}
        case ast.Name(id=name):
            found = _assigned(place, name) | _passed(place, name)
            assert found, f"{place}: what is {name}?"
            return found
    raise AssertionError(f"{place}: what is {ast.unparse(given)}?")


def _assigned(place: Place, name: str) -> set[str]:
    """What the name is set to, in the functions around the call or at the top of the file."""
    found: set[str] = set()
    tops = [node for node in place.tree.body if isinstance(node, ast.Assign)]
    inner = [node for one in place.inside for node in ast.walk(one) if isinstance(node, ast.Assign)]
    for node in [*tops, *inner]:
        for target in node.targets:
            if isinstance(target, ast.Name) and target.id == name:
                found |= _values(place, node.value)
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=True)
                for one, value in pairs:
                    if isinstance(one, ast.Name) and one.id == name:
                        found |= _values(place, value)
    return found


def _passed(place: Place, name: str) -> set[str]:
    """What is given for a parameter of this name wherever the function is called: in its own file
    where its name begins with a line, else in the whole house."""
    for function in place.inside:
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        if name not in names and name not in [one.arg for one in function.args.kwonlyargs]:
            continue
        at = names.index(name) if name in names else None
        found: set[str] = set()
        own = function.name.startswith("_")
        for path in [place.path] if own else sorted(HOUSE.rglob("*.py")):
            if "tests" in path.parts or function.name not in path.read_text():
                continue
            tree = ast.parse(path.read_text())
            for caller, inside in _calls(tree, function.name):
                there = Place(path, tree, caller, inside)
                found |= _values(there, _argument(caller, at, name))
        return found
    return set()


def _calls(tree: ast.AST, name: str) -> Iterator[tuple[ast.Call, list[ast.FunctionDef]]]:
    def walk(
        node: ast.AST, inside: list[ast.FunctionDef]
    ) -> Iterator[tuple[ast.Call, list[ast.FunctionDef]]]:
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if called == name:
                yield node, inside
        if isinstance(node, ast.FunctionDef):
            inside = [*inside, node]
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside)

    yield from walk(tree, [])
