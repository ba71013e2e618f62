"""No page and no script holds English of its own: what a person reads goes through gettext."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOMS = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(ROOMS.rglob("templates/**/*.html"))
SCRIPTS = sorted(ROOMS.rglob("static/**/js/*.js"))

# The same in every language: a name, files of an archive, a format.
NAMES = {
    "Postroom",
    "client.json",
    "correspondence.json",
    "reading.json",
    "unregistered.json",
    "CSV ·",
}
READ_OUT = {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}

TRANSLATED = re.compile(r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}", re.S)
# Blocks that stand inside a tag: the classes and attributes of the frame.
IN_TAGS = re.compile(r"{%\s*block (?:appcls|bodycls|body)\s*%}.*?{%\s*endblock\s*%}", re.S)
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.S)
FALLBACK = re.compile(r"\|default(?:_if_none)?:(?P<quote>[\"'])(?P<words>.*?)(?P=quote)")
WORD = re.compile(r"[^\W\d_]+")

COMMENT = re.compile(r"(?<![:\"'])//[^\n]*|/\*.*?\*/", re.S)
SHOWN = re.compile(
    r"(?:(?:textContent|innerText|innerHTML|title|placeholder)\s*=|(?:alert|confirm|prompt)\()"
    r"\s*(?P<quote>[\"'`])(?P<words>.*?)(?P=quote)"
)
SPOKEN = re.compile(r"\"aria-(?:label|description)\",\s*(?P<quote>[\"'`])(?P<words>.*?)(?P=quote)")
SENTENCE = re.compile(r"(?P<quote>[\"'`])(?P<words>[A-Z][a-z’]+(?: [\w’]+)+[.…?!]?)(?P=quote)")


@pytest.mark.parametrize("page", TEMPLATES, ids=lambda page: page.name)
def test_a_page_holds_no_words_of_its_own(page: Path) -> None:
    assert words_in_template(page.read_text()) == []


def test_no_tag_is_broken_over_lines() -> None:
    """Django takes such a one for text, and shows it."""
    broken = re.compile(r"{%(?:(?!%}).)*$|{{(?:(?!}}).)*$", re.M)
    assert [page.name for page in TEMPLATES if broken.search(page.read_text())] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_holds_no_words_of_its_own(script: Path) -> None:
    assert words_in_script(script.read_text()) == []


def test_every_room_with_pages_is_looked_at() -> None:
    rooms = {page.relative_to(ROOMS).parts[0] for page in TEMPLATES}
    assert rooms >= {"clients", "connections", "practice", "register", "web"}
    assert "keys.js" in {script.name for script in SCRIPTS}


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Save</p>", ["Save"]),
        ('<p>{% translate "Save" %}</p>', []),
        ("{% blocktranslate %}{{ n }} letters{% endblocktranslate %}, and more", ["and more"]),
        ('<a title="Go {{ where }}">{{ name }}</a>', ["Go"]),
        ('<a title="{% translate \'Go\' %}" class="btn end">›</a>', []),
        ('{{ subject|default:"No subject" }}', ["No subject"]),
        ('{{ subject|default:_("No subject") }}', []),
        ("<kbd>J</kbd> <kbd>Enter</kbd>", ["Enter"]),
        ("<b>Postroom</b> {# a remark #} · 8", []),
    ],
)
def test_words_are_found_where_a_person_meets_them(template: str, found: list[str]) -> None:
    assert words_in_template(template) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('box.textContent = "Saved";', ["Saved"]),
        ('box.setAttribute("aria-label", "Close");', ["Close"]),
        ('say("Nothing was found.");', ["Nothing was found."]),
        ('box.textContent = box.dataset.words; // "Say it"\nkey === "Enter"', []),
        ('document.querySelector("input[type=search] option")', []),
    ],
)
def test_words_are_found_in_scripts(script: str, found: list[str]) -> None:
    assert words_in_script(script) == found


def words_in_template(text: str) -> list[str]:
    """What a person would read in English whatever the language, in the order of the page."""
    text = IN_TAGS.sub("", TRANSLATED.sub("", text))
    reader = _Reader()
    reader.feed(TAG.sub("", text))
    reader.close()
    fallbacks = [match["words"] for match in FALLBACK.finditer(text) if WORD.search(match["words"])]
    return [words for words in reader.found + fallbacks if words not in NAMES]


def words_in_script(text: str) -> list[str]:
    """Literals that are shown or read out, or that read like a sentence."""
    text = COMMENT.sub("", text)
    found = [
        match["words"]
        for shape in (SHOWN, SPOKEN, SENTENCE)
        for match in shape.finditer(text)
        if WORD.search(match["words"])
    ]
    return list(dict.fromkeys(found))


class _Reader(HTMLParser):
    """Gathers text between tags, and the attributes that are shown or read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        for name, value in attrs:
            if name in READ_OUT and value:
                self._look(value)

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self._look(data)

    def _look(self, text: str) -> None:
        words = [word for word in WORD.findall(text) if word not in NAMES]
        is_key = self.inside == "kbd" and len(text.strip()) == 1
        if words and not is_key:
            self.found.append(text.strip(" ,\n"))
