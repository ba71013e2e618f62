"""What a file that somebody brings is, and whether it is taken."""

import mimetypes

EMPTY, TOO_BIG, PROGRAM = "empty", "too-big", "program"
LARGEST_FILE = 100 * 1024 * 1024  # bytes
_PROGRAMS = frozenset(
    [
        *("apk", "app", "bat", "bin", "cmd", "com", "cpl", "deb", "dll", "dmg", "exe", "hta"),
        *("img", "inf", "iso", "jar", "js", "jse", "lnk", "msc", "msi", "msp", "pif", "ps1"),
        *("reg", "rpm", "scf", "scr", "sh", "url", "vb", "vbe", "vbs", "vhd", "vhdx", "wsc"),
        *("wsf", "wsh"),
    ]
)
_BEGIN_OF_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")

_KINDS = {  # how the bytes of what people scan and photograph begin
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
}


def file_fault(name: str, size: int, begin: bytes) -> str:
    """Why a file is not taken; "" for one that is. `begin`: its first bytes."""
    if size == 0:
        return EMPTY
    if size > LARGEST_FILE:
        return TOO_BIG
    ending = name.casefold().rstrip(". ").rpartition(".")[2]
    if ending in _PROGRAMS or begin.startswith(_BEGIN_OF_PROGRAMS):
        return PROGRAM
    return ""


def file_type(name: str, begin: bytes) -> str:
    """What a file is, by its first bytes, else by its name."""
    for kind, starts in _KINDS.items():
        if begin.startswith(starts):
            return kind
    if begin[:4] == b"RIFF" and begin[8:12] == b"WEBP":
        return "image/webp"
    named = mimetypes.guess_type(name)[0] or ""
    # What its name says it is and its bytes do not is not shown as such.
    return "application/octet-stream" if not named or named in _KINDS else named
