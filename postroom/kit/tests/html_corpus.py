"""The hostile HTML the tests are run on: public cases, mails' HTML parts, and our own."""

import email
import json
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from postroom.kit.tests import hostile_html
from tests.support.real_data import FOLDER, is_there

_MAILS = ("mime/rspamd-spam-phish", "mime/zbateson", "mime/enmime", "mime/mail-parser-py")


def everything() -> dict[str, str]:
    """All cases by name; only our own where the folder of real data is not at hand."""
    found = {**public_cases(), **mail_parts()} if is_there() else {}
    return {**found, **hostile_html.ALL}


def public_cases() -> dict[str, str]:
    """The inputs of other sanitisers' tests: every file of the folder."""
    files = sorted((FOLDER / "html").glob("*.json"))
    cases = [case for file in files for case in json.loads(file.read_text())["cases"]]
    return {case["id"]: case["input"] for case in cases}


def mail_parts() -> dict[str, str]:
    """Every text/html part of the mails, read by the standard library."""
    return {
        f"{path.parent.name}/{path.name}#{n}": html
        for folder in _MAILS
        for path in sorted((FOLDER / folder).glob("*.eml"))
        for n, html in enumerate(_html_parts(path))
    }


def _html_parts(path: Path) -> Iterator[str]:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    for part in message.walk():
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                yield payload.decode("latin-1")
