import json
import re
from pathlib import Path

import polib
from fontTools.ttLib import TTFont

from postroom.web.assets import FONTS, build

WEB = Path(__file__).resolve().parents[1]
ROOMS = WEB.parent


def test_everything_is_made_once(tmp_path: Path) -> None:
    assert build(tmp_path) is True
    assert build(tmp_path) is False


def test_assets_of_another_version_are_made_again(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / ".stamp").write_text("another version")
    assert build(tmp_path) is True


def test_fonts_are_small_and_hold_our_letters(tmp_path: Path) -> None:
    build(tmp_path)
    for name in FONTS:
        assert (tmp_path / "fonts" / name).stat().st_size < 28_000
    letters = TTFont(tmp_path / "fonts" / "figtree-latin.woff2").getBestCmap()
    assert {ord(letter) for letter in "àéèêçœŒ’«»–…€"} <= set(letters)


def test_static_files_carry_their_content_in_their_name(tmp_path: Path) -> None:
    build(tmp_path)
    manifest = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    css = (tmp_path / "static" / manifest["web/css/base.css"]).read_text()
    assert Path(manifest["web/figtree-latin.woff2"]).name in css
    page = (tmp_path / "static" / manifest["web/js/page.js"]).read_text()
    assert Path(manifest["web/js/keys.js"]).name in page
    assert manifest["django_htmx/htmx-2.min.js"]


def test_french_is_compiled(tmp_path: Path) -> None:
    build(tmp_path)
    words = polib.mofile(str(tmp_path / "locale" / "fr" / "LC_MESSAGES" / "django.mo"))
    assert words.find("Unresolved").msgstr == "À classer"


def test_pages_hold_no_style_and_no_script_of_their_own() -> None:
    for page in ROOMS.rglob("templates/**/*.html"):
        text = page.read_text()
        assert not re.search(r"\sstyle=", text), page.name
        assert not re.search(r"\son[a-z]+=\"", text), page.name
        assert not re.search(r"<script(?![^>]* src=)", text), page.name
