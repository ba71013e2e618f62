"""Documents made by hand: a one-page PDF, a calendar invitation, an Outlook winmail.dat."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta

LEFT, TOP, LEADING = 64, 770, 20


def pdf(title: str, lines: list[str]) -> bytes:
    """One A4 page with a title and lines of text in Helvetica (PDF 1.4, WinAnsi letters)."""
    drawn = [f"BT /F1 20 Tf {LEFT} {TOP} Td ({_pdf_text(title)}) Tj ET"]
    drawn.append(f"{LEFT} {TOP - 12} m 531 {TOP - 12} l S")
    for n, line in enumerate(lines, start=2):
        drawn.append(f"BT /F1 11 Tf {LEFT} {TOP - n * LEADING} Td ({_pdf_text(line)}) Tj ET")
    content = "\n".join(drawn).encode("cp1252", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def _pdf_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def invitation(uid: str, start: datetime, summary: str, organiser: str, guest: str) -> str:
    """A one-hour meeting request (RFC 5545 and 5546, METHOD:REQUEST), times in UTC."""
    begin = start.astimezone(UTC)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tern & Thistle//Sample//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_ical_time(begin - timedelta(days=3))}",
        f"DTSTART:{_ical_time(begin)}",
        f"DTEND:{_ical_time(begin + timedelta(hours=1))}",
        "SUMMARY:" + summary.replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;"),
        f"ORGANIZER:mailto:{organiser}",
        f"ATTENDEE;RSVP=TRUE:mailto:{guest}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "\r\n".join(lines) + "\r\n"


def _ical_time(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def winmail(name: str, data: bytes) -> bytes:
    """A TNEF file that holds one attachment (MS-OXTNEF): signature, key, then attributes."""
    rendering = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)
    return b"".join(
        (
            struct.pack("<IH", 0x223E9F78, 1),
            _attribute(1, 0x00089006, struct.pack("<I", 0x00010000)),
            _attribute(1, 0x00069007, struct.pack("<II", 1252, 0)),
            _attribute(2, 0x00069002, rendering),
            _attribute(2, 0x00018010, name.encode("cp1252") + b"\0"),
            _attribute(2, 0x0006800F, data),
        )
    )


def _attribute(level: int, number: int, data: bytes) -> bytes:
    return (
        struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    )
