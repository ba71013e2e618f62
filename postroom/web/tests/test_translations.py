"""The French of the house: complete, typeset as French is, and each term always the same."""

import ast
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.core.management import call_command

ROOMS = Path(__file__).resolve().parents[2]
FRENCH = polib.pofile(str(ROOMS / "locale" / "fr" / "LC_MESSAGES" / "django.po"))
GLOSSARY = (ROOMS.parent / "docs" / "glossary.md").read_text()
NB = "\N{NO-BREAK SPACE}"
GETTEXT = {"_", "gettext", "ngettext", "pgettext", "npgettext", "gettext_lazy", "pgettext_lazy"}

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?\w+>")
JSON = re.compile(r'\{"[^}]*\}')  # an example of what to type
MARKS = {
    "a straight apostrophe": re.compile(r"'"),
    "a straight or English quotation mark": re.compile(r"[\"“”]"),
    "three dots": re.compile(r"\.\.\."),
    "no no-break space before ; ? !": re.compile(rf"[^{NB}][;?!]"),
    "no no-break space before a colon": re.compile(rf"[^{NB}]:(?![/\d])"),
    "no no-break space inside « »": re.compile(rf"«[^{NB}]|[^{NB}]»"),
}

# How a term of the glossary begins in English, and what its French must hold.
TERMS = {
    "practices?": "cabinet",
    "clients?|clients’": "client",
    "members?": "membre",
    "administrators?": "administrateur",
    "records?": "dossier",
    "register": "registre",
    "correspondence": "correspondance",
    "attachments?": "pièces? jointes?",
    "accounts?": "compte",
    "email": "e-mail",
    "mailbox(?:es)?": "boîte",
    "mail host": "hébergeur",
    "mail program": "logiciel de messagerie",
    "mail server": "serveur(?: de messagerie)?",
    "senders?": "expéditeur|qui l’a envoyé",
    "professional(?! practice)": "professionnel",
    "suggest(?:ed|ions?)": "suggéré|proposition",
    "appearance": "apparence",
    "settings": "réglages",
    "letters?|messages?": "message|courrier",
    "file (?:to|them)|filed|files itself": "class",
    "undo|undone": "annul",
    "sign in|sign out": "connecter",
}
# Letters of the alphabet, not of the post; files of a disk, not filing.
FREE = {
    "Try fewer letters, an animal’s name, a telephone number or the client’s number.",
    "two letters; reads telephone numbers",
    "Try fewer letters, another name, a telephone number or the number in your own system.",
    "With two-factor sign-in mailbox.org wants an application password.",
    "Apple wants an app-specific password: make one at account.apple.com under “Sign-In and "
    "Security” and use it instead of your own.",
    "The first %(shown)s; the file to download has all.",
    "The letters of this file cannot be read: it is neither UTF-8, UTF-16 nor Windows-1252. "
    "Save it as “CSV UTF-8”.",
    # Records of a domain's name server.
    "Publish a TXT record at %(domain)s: %(record)s",
    "Add “%(include)s” to its SPF record.",
    "Switch DKIM on at your mail host, and publish the record it shows you.",
    "Publish a TXT record at _dmarc.%(domain)s: v=DMARC1; p=none",
    "For example: invoices to accounts@example.org; call after 17:00 only.",
    "The address has letters that can look like others.",
}
NOT_OURS = re.compile(
    r"courriel|\bmél\b|\bemails?\b|serveur de courrier|logiciel de courrier", re.I
)


def test_no_sentence_hides_from_who_gathers_them() -> None:
    """xgettext does not look into f-strings: what is asked for there stays English."""
    hidden = [
        f"{path.relative_to(ROOMS)}:{string.lineno}"
        for path in ROOMS.rglob("*.py")
        for string in ast.walk(ast.parse(path.read_text()))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in GETTEXT
    ]
    assert hidden == []


def test_the_committed_words_are_those_of_the_sources(gathered: polib.POFile) -> None:
    asked, kept = keys(gathered), keys(FRENCH)
    assert {"new": asked - kept, "no longer used": kept - asked} == {
        "new": set(),
        "no longer used": set(),
    }


def test_nothing_is_untranslated_or_fuzzy() -> None:
    assert [entry.msgid for entry in FRENCH if not entry.translated() or entry.fuzzy] == []
    assert FRENCH.obsolete_entries() == []


def test_every_placeholder_and_tag_of_the_english_is_in_the_french() -> None:
    for english, french in pairs():
        assert Counter(PLACEHOLDER.findall(french)) == Counter(PLACEHOLDER.findall(english)), french


def test_both_languages_begin_and_end_alike() -> None:
    for english, french in pairs():
        assert english.endswith((".", "…")) == french.endswith((".", "…")), french
        assert french == french.strip()


@pytest.mark.parametrize("fault", MARKS)
def test_french_is_typeset_as_french_is(fault: str) -> None:
    assert [french for _, french in pairs() if MARKS[fault].search(bare(french))] == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ("l'adresse", "a straight apostrophe"),
        ("dit “bonjour”", "a straight or English quotation mark"),
        ("Attendez...", "three dots"),
        ("Quel compte ?", "no no-break space before ; ? !"),
        ("Quel compte?", "no no-break space before ; ? !"),
        ("Ligne 3 : vide", "no no-break space before a colon"),
        (f"« À classer{NB}»", "no no-break space inside « »"),
    ],
)
def test_a_fault_of_typesetting_is_noticed(wrong: str, fault: str) -> None:
    assert MARKS[fault].search(wrong)


@pytest.mark.parametrize("english_term", TERMS)
def test_a_term_of_the_glossary_has_one_french(english_term: str) -> None:
    term = re.compile(rf"\b(?:{english_term})(?!\w)", re.I)
    spoken = [(english, french) for english, french in pairs() if term.search(bare(english))]
    assert spoken, "no sentence says it: take it out of this list"
    wrong = [
        (english, french)
        for english, french in spoken
        if english not in FREE and not re.search(TERMS[english_term], french, re.I)
    ]
    assert wrong == []


def test_unresolved_is_a_classer_unless_the_folder_of_the_server_is_meant() -> None:
    for english, french in pairs():
        if re.search(r"\bUnresolved\b", english):
            place = "À classer" in french or "à classer" in french
            folder = f"«{NB}Unresolved{NB}»" in french or "--unresolved" in french
            assert place != folder, french
            assert not folder or "folder" in english or "moves to" in english, english


def test_no_french_word_stands_beside_the_one_of_the_glossary() -> None:
    assert [french for _, french in pairs() if NOT_OURS.search(bare(french))] == []


def test_the_glossary_gives_the_names_of_places_as_the_screens_do() -> None:
    rows = re.findall(r"^\| ([A-Z][\w ]+?) \| ([\w’ ]+?) \|", GLOSSARY, re.M)
    for english, french in rows:
        if english == "English":  # the heading of the table, not a row
            continue
        entry = FRENCH.find(english)
        assert entry is None or entry.msgstr == french


@pytest.fixture(scope="module")
def gathered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[polib.POFile]:
    """What makemessages finds today, in a copy of the sources."""
    copy = tmp_path_factory.mktemp("words") / "postroom"
    shutil.copytree(ROOMS, copy, ignore=shutil.ignore_patterns("locale", "static", "__pycache__"))
    (copy / "locale").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        patch.setattr("django.conf.settings.LOCALE_PATHS", [copy / "locale"])
        call_command("makemessages", locale=["fr"], no_location=True, verbosity=0)
    yield polib.pofile(str(copy / "locale" / "fr" / "LC_MESSAGES" / "django.po"))


def keys(words: polib.POFile) -> set[tuple[str, str, str]]:
    return {(e.msgctxt or "", e.msgid, e.msgid_plural or "") for e in words if not e.obsolete}


def pairs() -> Iterator[tuple[str, str]]:
    """Every English sentence with its French; of plurals, the first form and the second."""
    for entry in FRENCH:
        if entry.msgid_plural:
            yield entry.msgid, entry.msgstr_plural[0]
            yield entry.msgid_plural, entry.msgstr_plural[1]
        elif not entry.msgctxt or "date format" not in entry.msgctxt:
            yield entry.msgid, entry.msgstr


def bare(sentence: str) -> str:
    """Without placeholders and examples: `%(account)s` says nothing about accounts."""
    return PLACEHOLDER.sub("", JSON.sub("", sentence))
