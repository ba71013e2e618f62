"""Every mail of the corpus: read without fault, the same on both ways, and as others read it."""

import hashlib
import json
from base64 import encodebytes
from pathlib import Path

import pytest

from postroom.kit import mime
from postroom.kit.mime import reading, transfer
from postroom.kit.mime.notes import Notes
from tests.support.real_data import FOLDER

FOLDERS = ("mime", "bounces", "tnef", "msg", "replies", "attachments/made")
ORIGINS = ("stalwart-legacy", "stalwart-malformed", "stalwart-rfc", "stalwart-thirdparty")


def mails() -> list[Path]:
    """All files of the corpus that are mails, or are near enough to be tried."""
    found = [path for folder in FOLDERS for path in sorted((FOLDER / folder).rglob("*"))]
    return [path for path in found if path.is_file() and path.suffix not in (".json", ".zip")]


def strictly(raw: bytes) -> mime.Letter:
    """The letter, without the net that catches a fault of ours."""
    return reading._read(reading._lined(raw), Notes())


def test_every_mail_is_read_without_a_fault():
    read = {path: strictly(path.read_bytes()) for path in mails()}
    assert len(read) >= 1000
    for path, letter in read.items():
        assert letter == mime.read(path.read_bytes()), path


def test_the_quick_and_the_guarded_way_give_equal_letters(monkeypatch):
    paths = mails()
    quick = [strictly(path.read_bytes()) for path in paths]
    monkeypatch.setattr(transfer, "quick_base64", lambda data: None)
    assert [strictly(path.read_bytes()) for path in paths] == quick


def test_the_quick_way_is_really_taken(monkeypatch):
    taken = []
    quick = transfer.quick_base64
    monkeypatch.setattr(
        transfer, "quick_base64", lambda data: taken.append(quick(data)) or taken[-1]
    )
    for path in mails():
        mime.read(path.read_bytes())
    assert sum(data is not None for data in taken) >= 100


def test_every_file_can_be_had_and_is_what_was_said():
    for path in mails():
        raw = path.read_bytes()
        files = mime.read(raw).files
        own = [file.n for file in files if file.n < mime.INSIDE]
        assert own == list(range(1, len(own) + 1)), path
        assert len({file.n for file in files}) == len(files), path
        for file in files:
            data = mime.content(raw, file.n)
            assert file.size == len(data), path
            assert hashlib.sha256(data).hexdigest() == file.sha256, path
            assert file.name and len(file.name) <= 200, path


def test_every_file_that_a_letter_may_bring_comes_out_as_it_went_in():
    folders = ("tnef", "msg", "ical", "vcard", "attachments/made")
    paths = [path for folder in folders for path in sorted((FOLDER / folder).rglob("*.*"))]
    assert len(paths) > 180
    head = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nsee\n--b\nContent-Type: "
    for path in paths:
        said = (
            f'application/octet-stream; name="{path.name}"\nContent-Transfer-Encoding: base64\n\n'
        )
        data = path.read_bytes()
        raw = head + said.encode() + encodebytes(data) + b"--b--\n"
        (file, *_) = mime.read(raw).files
        assert mime.content(raw, file.n) == data, path


def test_all_strings_are_clean():
    for path in mails():
        letter = mime.read(path.read_bytes())
        words = [letter.subject, letter.text, letter.html, letter.message_id, *letter.references]
        words += [
            word for address in (*letter.senders, *letter.to) for word in vars(address).values()
        ]
        words += [file.name + file.type + file.content_id for file in letter.files]
        for word in words:
            word.encode()
            assert "\x00" not in word and "\r" not in word, path


def test_the_forged_names_of_the_corpus_are_made_safe():
    letter = mime.read((FOLDER / "attachments/made/names.eml").read_bytes())
    names = [file.name for file in letter.files]
    assert names[:6] == [
        "report.pdf.exe",
        "x",
        "x.dll",
        "invoice_gnp.exe",
        "a b.pdf",
        "_CON.txt",
    ]
    assert names[-1] == "report.pdf"


def expectations():
    return [path for origin in ORIGINS for path in sorted((FOLDER / "mime" / origin).glob("*.eml"))]


@pytest.mark.parametrize("path", expectations(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_mails_mean_what_they_mean_to_others(path):
    key = f"{path.parent.name.removeprefix('stalwart-')}/{path.stem}"
    expected = json.loads(Path(f"{path}.expected.json").read_text())
    raw = path.read_bytes()
    found = differences(expected, raw, mime.read(raw))
    assert found == DIFFERENCES.get(key, ("", set()))[1]


def differences(expected: dict, raw: bytes, letter: mime.Letter) -> set[str]:
    """In which of its aspects the letter differs from what another parser read."""
    parts = {}
    gather(expected["root"], parts)
    headers = expected["headers"]
    texts = [parts[i] for i in expected["text_body"] if parts[i]["kind"] == "text"]
    pages = [parts[i] for i in expected["html_body"] if parts[i]["kind"] == "html"]
    # An empty part without a name is no file to us.
    files = [parts[i] for i in expected["attachments"]]
    files = [part for part in files if part["kind"] != "text" or part["text"] or name_of(part)]
    aspects = {
        "subject": squeezed(headers.get("subject")) == squeezed(letter.subject),
        "from": people(headers.get("from")) == written(letter.senders),
        "to": people(headers.get("to")) == written(letter.to),
        "text": not texts or joined(texts) == squeezed(letter.text),
        "html": joined(pages) == squeezed(letter.html),
        "files": [
            name_of(part) or file.name for part, file in zip(files, letter.files, strict=False)
        ]
        == [file.name for file in letter.files]
        and len(files) == len(letter.files),
        "bytes": all(
            same_bytes(part, mime.content(raw, file.n))
            for part, file in zip(files, letter.files, strict=False)
        ),
    }
    return {aspect for aspect, same in aspects.items() if not same}


def gather(part: dict, parts: dict) -> None:
    parts[part["index"]] = part
    for child in part.get("children", ()):
        gather(child, parts)


def squeezed(text: str | None) -> str:
    return " ".join((text or "").split())


def joined(parts: list[dict]) -> str:
    return squeezed(" ".join(part["text"] for part in parts))


def name_of(part: dict) -> str:
    return part.get("filename") or part.get("name") or ""


def people(listed: list | None) -> list[tuple[str, str]]:
    found = []
    for entry in listed or ():
        if "addresses" in entry:
            found += people(entry["addresses"])
        else:
            found.append((squeezed(entry.get("name")), entry.get("address") or ""))
    return found


def written(addresses) -> list[tuple[str, str]]:
    return [(squeezed(address.name), address.address) for address in addresses]


def same_bytes(part: dict, data: bytes) -> bool:
    if part["kind"] == "message":
        return True
    if part["kind"] in ("text", "html"):
        text = squeezed(part["text"])
        decoded = (data.decode(codec, "replace") for codec in ("utf-8", "cp1252"))
        return any(squeezed(way) == text for way in decoded)
    digests = (hashlib.sha256(way).hexdigest() for way in (data, data.replace(b"\r\n", b"\n")))
    return part["sha256"] in digests


# Mail -> in what we differ, and why. docs/reference/mail-differences.md speaks of the classes.
NOT_UTF8 = "raw 8-bit letters that are not UTF-8: we read them, the origin puts U+FFFD"
PATH = "a backslash divides a path, so the last piece is the name; the origin unescapes it"
UU = "uuencoded parts: we decode them, the origin leaves them as they are"
SHOWN = "text in a broken multipart: words of the letter to us, a file to the origin"
ENDED = "an outer delimiter ends the inner multiparts (RFC 2046 5.1.2), and all is kept"
SWALLOWED = "without a blank line or delimiter the first part's fields are the multipart's"
BETWEEN = "plain text beside HTML stands in the page too, so that a reader of the page sees it"
BASE64 = "damaged base64 is kept as far as it decodes; letters after its end are not"
DIFFERENCES: dict[str, tuple[str, set[str]]] = {
    "legacy/010": (NOT_UTF8, {"subject", "to"}),
    "legacy/016": (NOT_UTF8, {"files"}),
    "legacy/017": (UU, {"to", "bytes"}),
    "legacy/020": (NOT_UTF8, {"subject", "to"}),
    "legacy/022": (NOT_UTF8, {"subject", "to"}),
    "legacy/023": (NOT_UTF8, {"files"}),
    "legacy/026": (NOT_UTF8, {"files", "bytes"}),
    "legacy/027": (NOT_UTF8, {"subject", "to"}),
    "legacy/033": (NOT_UTF8, {"text"}),
    "legacy/035": (PATH, {"files"}),
    "legacy/039": (PATH, {"files"}),
    "legacy/048": (UU, {"bytes"}),
    "legacy/052": (NOT_UTF8, {"subject", "to", "text"}),
    "malformed/001": (ENDED, {"text"}),
    "malformed/002": (SHOWN, {"files"}),
    "malformed/003": (SHOWN, {"files"}),
    "malformed/004": (SHOWN, {"files"}),
    "malformed/006": (SHOWN, {"files"}),
    "malformed/008": (ENDED, {"text", "html", "files"}),
    "malformed/009": (ENDED, {"text", "files"}),
    "malformed/012": (ENDED, {"files"}),
    "malformed/016": (ENDED, {"text", "files"}),
    "malformed/019": ("a mail of shuffled pieces: all of them are kept, in our order", {"text"}),
    "malformed/020": (SWALLOWED, {"text", "html"}),
    "malformed/021": (SWALLOWED, {"text", "html"}),
    "rfc/001": ("a file name is the last piece of its path", {"files"}),
    "rfc/007": (BETWEEN, {"html"}),
    "thirdparty/000": ("a bare CR ends a line", {"text"}),
    "thirdparty/002": (BASE64, {"text", "files"}),
    "thirdparty/005": ("a delimiter starts its line: this one is text", {"text"}),
    "thirdparty/015": ("all three attached mails are files, not the first alone", {"files"}),
}
