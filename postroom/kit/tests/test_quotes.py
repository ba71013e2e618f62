"""What is quoted and what is the writer's own, with the corpus of replies as measure."""

import json
from pathlib import Path

import pytest

from postroom.kit.quotes import blocks, own_words
from tests.support.real_data import FOLDER

# Of 44 letters with an expectation about quotation 40 agree; in what the others differ, and why.
RULE = "the line drawn above a quotation belongs to it"
DIFFERENCES = {
    "github-email-reply-parser/greedy_on": "the empty last fragment is no block of its own",
    "mail-parser-reply/email_2_1": RULE,
    "mail-parser-reply/email_nl_1_2": RULE,
    "mail-parser-reply/email_swedish_2": "the origin misses «Den ... skrev:» glued to its date",
}


def test_quotations_of_the_corpus_are_found() -> None:
    judged = {}
    for expected in sorted((FOLDER / "replies").rglob("*.expected.json")):
        path = Path(str(expected).removesuffix(".expected.json"))
        told = json.loads(expected.read_text())
        text = path.read_text(encoding="utf-8", errors="replace")
        if (agrees := judgement(told, text.replace("\r\n", "\n"))) is not None:
            judged[f"{path.parent.name}/{path.stem}"] = agrees
    assert len(judged) == 44
    assert {name for name, agrees in judged.items() if not agrees} == set(DIFFERENCES)


def judgement(told: dict, text: str) -> bool | None:
    """Whether we agree with all that is told of quotation; None when nothing is."""
    parts = blocks(text.split("\n"))
    own = squeezed(line for quoted, part in parts if not quoted for line in part)
    cited = squeezed(line for quoted, part in parts if quoted for line in part)
    judged = []
    if "quoted" in told:
        ours = [quoted for quoted, part in parts if "".join(part).strip()]
        judged.append(runs(told["quoted"]) == runs(ours))
    if "visible_reply" in told:
        seen = squeezed([told["visible_reply"]])
        judged.append((seen in own or own in seen) and len(own) <= len(seen) * 1.5 + 300)
    if "replies" in told:
        judged.append((told["replies"] > 1) == bool(cited))
    for check in told.get("checks", ()):
        for one in check["asserts"]:
            if one["field"] in ("body", "content") and (value := squeezed([one["value"]])):
                judged.append(value in (cited if one["reply"] else own))
    return all(judged) if judged else None


def runs(flags: list[bool]) -> list[bool]:
    return [flag for n, flag in enumerate(flags) if not n or flags[n - 1] != flag]


def squeezed(lines) -> str:
    return " ".join(" ".join(lines).replace(">", " ").split())


@pytest.mark.parametrize("path", sorted((FOLDER / "replies").rglob("*.txt")), ids=lambda p: p.stem)
def test_no_line_is_lost(path: Path) -> None:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    assert [line for _, part in blocks(lines) for line in part] == lines


@pytest.mark.parametrize(
    "text",
    [
        "Yes.\n\nOn 3 Nov 2026, Anna wrote:\n> Tuesday?",
        "Yes.\n\nLe 3 nov. 2026 à 10:00, Anna <a@b.example> a écrit :\n> Mardi ?",
        "Yes.\n\nOn 3 Nov 2026 at 10:00, Anna Long Name\n<a@b.example> wrote:\n> Tuesday?",
        "Yes.\n\n-----Message d’origine-----\nDe : Anna\nMardi ?",
        "Yes.\n\n________________________________\nDe : Anna <a@b.example>\n"
        "Envoyé : mardi\nÀ : Bob\nObjet : Mardi\n\nMardi ?",
        "Yes.\n\nFrom: Anna\nSent: Monday\nTo: Bob\nSubject: Tuesday\n\nTuesday?",
    ],
)
def test_the_answer_alone_is_left(text: str) -> None:
    assert own_words(text) == "Yes."


@pytest.mark.parametrize(
    "text",
    [
        "From: here to there is a mile.\nBring a coat.",
        "For you.\n---------- Forwarded message ---------\nFrom: Anna\nSubject: x\n\nThe form",
        "From: Anna\nSent: Monday\nTo: Bob\nSubject: x\n\nThe form",
        "On Monday she wrote a letter.\nI read it.",
    ],
)
def test_what_is_passed_on_or_only_looks_like_it_is_no_quotation(text: str) -> None:
    assert own_words(text) == text


def test_hostile_texts_cost_little() -> None:
    for lines in (["> x", "y"] * 50_000, ["From: x"] * 50_000, ["On " + "a " * 120] * 5_000):
        assert sum(len(part) for _, part in blocks(lines)) == len(lines)
