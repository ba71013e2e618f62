"""What is made at set-up rather than committed: the font, the translations, the static files."""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import fontpkg
import polib
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

HOUSE = Path(__file__).resolve().parent.parent
MAKERS = ("django", "whitenoise", "fonttools", "polib", "brotli")
# django-htmx brings every version of htmx; a page loads one file of them.
UNUSED = ["ext", "htmx-4*", "htmax*", "htmx-2.js", "django-htmx.js"]

LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,"
    "U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
LATIN_EXT = "U+0100-02BA,U+1E00-1E9F,U+1EF2-1EFF,U+2C60-2C7F,U+A720-A7FF"
FONTS = {"figtree-latin.woff2": LATIN, "figtree-latin-ext.woff2": LATIN_EXT}


class Store(CompressedManifestStaticFilesStorage):
    """Also names what one module imports from another, so that no browser mixes two versions."""

    support_js_module_import_aggregation = True


def build(folder: Path) -> bool:
    """Make fonts, locale and static in this folder; False when nothing had changed.

    May be called by several processes at once: one works, the others wait and find it done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder / ".lock"):
        stamp, sources = folder / ".stamp", digest()
        if stamp.exists() and stamp.read_text() == sources:
            return False
        _make_fonts(folder / "fonts")
        _compile_translations(folder / "locale")
        _collect(folder / "static", folder / "fonts")
        stamp.write_text(sources)
        return True


def digest() -> str:
    """One word for everything the assets depend on: our files, and who makes them of them."""
    total = hashlib.sha256()
    for name in MAKERS:
        total.update(f"{name} {version(name)}\n".encode())
    total.update(Path(__file__).read_bytes())
    sources = [_font(), *_translations(), *(Path(s.path(p)) for p, s in _static_files())]
    for path in sources:
        total.update(str(path).encode())
        total.update(path.read_bytes())
    return total.hexdigest()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _font() -> Path:
    return fontpkg.path("figtree")


def _make_fonts(folder: Path) -> None:
    """Figtree, all weights in one file, cut to what European languages write (20 to 28 kB)."""
    from fontTools import subset  # two seconds to import, and only ever needed here

    folder.mkdir(exist_ok=True)
    for name, letters in FONTS.items():
        target = str(folder / name)
        choice = [f"--unicodes={letters}", "--flavor=woff2", f"--output-file={target}"]
        subset.main([str(_font()), *choice])


def _translations() -> list[Path]:
    return sorted((HOUSE / "locale").glob("*/LC_MESSAGES/django.po"))


def _compile_translations(folder: Path) -> None:
    for source in _translations():
        target = (folder / source.relative_to(HOUSE / "locale")).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        polib.pofile(str(source)).save_as_mofile(str(target))


def _static_files() -> Iterator[tuple[str, FileSystemStorage]]:
    """Every static file of the installed rooms and packages, with the storage it lies in."""
    for finder in get_finders():
        for path, storage in finder.list(UNUSED):
            if not Path(storage.path(path)).is_relative_to(settings.BUILT_FOLDER):
                yield path, storage


def _collect(folder: Path, fonts: Path) -> None:
    """Copy, name by content, compress: what `collectstatic` does, into the folder we are given."""
    store = Store(location=folder, base_url=settings.STATIC_URL)
    found: dict[str, tuple[Storage, str]] = {}
    made = FileSystemStorage(location=fonts)
    sources = [*_static_files(), *((f"web/{name}", made) for name in FONTS)]
    for path, storage in sources:
        with storage.open(path.removeprefix("web/") if storage is made else path) as file:
            store.delete(path)
            store.save(path, file)
        found[path] = (store, path)
    for _original, _processed, problem in store.post_process(found, dry_run=False):
        if isinstance(problem, Exception):
            raise problem
