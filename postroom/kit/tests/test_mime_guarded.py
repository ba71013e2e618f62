"""A process with limits reads as the worker itself does, and dies alone (RELIABILITY S6, R13)."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from postroom.kit import processes
from postroom.kit.mime import Letter, child, guarded, read, read_guarded, reading
from postroom.kit.mime.packed import pack, unpack
from tests.support.real_data import FOLDER

ROOT = Path(__file__).parents[3]
WORDS = "From: Zoë <z@x.example>\nDate: Fri, 20 Nov 2026 12:00:00 +0100\nSubject: hé\n\nAllô\n"
MAIL = WORDS.encode()
SERVE = """
import sys
from postroom.kit.mime import child, reading
child.serve(sys.stdin.buffer, sys.stdout.buffer, reading.read)
"""


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(8, "big") + data


def test_a_process_of_its_own_reads_every_mail_of_the_corpus_alike() -> None:
    folders = ("mime", "bounces", "tnef", "msg", "replies", "attachments/made")
    paths = [path for folder in folders for path in sorted((FOLDER / folder).rglob("*"))]
    paths = [path for path in paths if path.is_file() and path.suffix not in (".json", ".zip")]
    raws = [path.read_bytes() for path in paths]
    done = subprocess.run(
        [sys.executable, "-c", SERVE],
        cwd=ROOT,
        input=b"".join(map(framed, raws)),
        capture_output=True,
        timeout=300,
        check=True,
    )
    answers = io.BytesIO(done.stdout)
    assert len(raws) >= 1000
    for path, raw in zip(paths, raws, strict=True):
        letter = unpack(answers.read(int.from_bytes(answers.read(8), "big")))
        assert letter == read(raw), path
    assert answers.read() == b""


def test_the_guarded_process_gives_the_same_letter() -> None:
    assert read_guarded(MAIL, always=True) == read(MAIL)


def test_ordinary_mail_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "MODULE", "there.is.none")
    assert read_guarded(MAIL).subject == "hé"
    assert read_guarded(MAIL + b"line\n" * 1_000_000).subject == "hé"


@pytest.mark.parametrize(
    "raw",
    [
        MAIL + bytes(guarded.BIG),
        MAIL + b"\n--b\n" * 30_000,
        b"X-A: b\n" * 100_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: text/plain\n\nx\n" * 4_000,
    ],
    ids=["big", "delimiters", "header", "parts"],
)
def test_what_might_cost_much_is_suspicious(raw: bytes) -> None:
    assert guarded.is_suspicious(raw)


def test_what_kills_its_process_comes_back_with_its_headers(tmp_path: Path) -> None:
    letter = with_reader(tmp_path, "os.kill(os.getpid(), 9) if how == 'whole' else None")
    assert (letter.subject, letter.text) == ("hé", "")
    assert letter.problems == ("limits",)


def test_what_kills_the_reader_of_headers_too_comes_back_empty(tmp_path: Path) -> None:
    letter = with_reader(tmp_path, "os.kill(os.getpid(), 9)")
    assert letter.problems == ("limits",)
    assert letter.subject == ""


def test_memory_is_bounded(tmp_path: Path) -> None:
    letter = with_reader(tmp_path, "bytes(300_000_000) if how == 'whole' else None")
    assert letter.problems == ("limits",)
    assert letter.subject == "hé"


def test_time_is_bounded() -> None:
    assert child.LIMITS.seconds == 10
    limits = subprocess.run(
        [
            *(sys.executable, "-c"),
            "import resource, sys\nfrom postroom.kit.mime import child\n"
            "child.main('headers')\nprint(resource.getrlimit(resource.RLIMIT_CPU)[1])\n"
            "print(resource.getrlimit(resource.RLIMIT_AS)[1])",
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert limits.stdout.split() == ["10", str(256 * 2**20)]


def test_a_letter_comes_back_from_its_packing_as_it_was() -> None:
    letter = read(MAIL)
    assert unpack(pack(letter)) == letter
    assert unpack(pack(reading.EMPTY)) == reading.EMPTY


def with_reader(folder: Path, deed: str) -> Letter:
    """What read_guarded gives when the reader in its process does this first."""
    (folder / "deadly.py").write_text(
        "import os, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from postroom.kit.mime import child\n"
        "def deadly(how, way):\n"
        "    def reader(raw):\n"
        f"        {deed}\n"
        "        return way(raw)\n"
        "    return reader\n"
        "child.WAYS = {how: deadly(how, way) for how, way in child.WAYS.items()}\n"
        "sys.exit(child.main(sys.argv[1]))\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guarded, "MODULE", "deadly")
        patch.setattr(processes, "ROOT", folder)
        return read_guarded(MAIL, always=True)
