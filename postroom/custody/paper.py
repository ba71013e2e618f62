"""PDF, by WeasyPrint; where the system lacks Pango, the browser prints instead."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.template.loader import render_to_string

from postroom.custody.sheets import Sheet

try:
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
except (ImportError, OSError):  # OSError: Pango is not there
    weasyprint = None

LETTERS = 40  # on one volume
MOST = 250_000  # letters of text on one volume: some hundred pages, and 10 s
FONT = "postroom:figtree"
FACE = f'@font-face {{ font-family: Figtree; src: url("{FONT}"); font-weight: 300 900; }}\n'


def can_print() -> bool:
    """Whether this machine makes PDFs."""
    return weasyprint is not None


def volume(sheets: Sequence[Sheet], context: dict[str, Any]) -> bytes:
    """One PDF of these sheets."""
    page = render_to_string("custody/paper.html", {**context, "sheets": sheets, "paper": True})
    fonts = FontConfiguration()
    style = weasyprint.CSS(string=FACE + css(), url_fetcher=_Closed(), font_config=fonts)
    document = weasyprint.HTML(string=page, url_fetcher=_Closed(), base_url=None)
    return bytes(document.write_pdf(stylesheets=[style], font_config=fonts))


def enough(sheets: Sequence[Sheet]) -> bool:
    """Whether a volume is full with these."""
    return len(sheets) >= LETTERS or sum(len(sheet.text) for sheet in sheets) >= MOST


@cache
def css() -> str:
    """The style of paper, also for pages that open without a network."""
    path = find("custody/paper.css")
    return Path(str(path)).read_text()


if weasyprint is not None:

    class _Closed(weasyprint.urls.URLFetcher):
        """Gives out our own font and nothing else: what a letter names is never fetched."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if url != FONT:
                raise ValueError("nothing is fetched")
            font = settings.BUILT_FOLDER / "fonts" / "figtree-latin.woff2"
            return weasyprint.urls.URLFetcherResponse(
                url, body=font.read_bytes(), headers={"Content-Type": "font/woff2"}
            )
