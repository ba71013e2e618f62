"""Pictures inside a letter, each by an address that is itself the proof."""

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from postroom.practice.models import Practice
from postroom.register.models import Attachment, Entry

PICTURE_SECONDS = 3600


def pictures(practice: Practice, entry: Entry, attachments: list[Attachment]) -> "Pictures":
    numbers = tuple((a.content_id, a.n) for a in attachments if a.content_id)
    return Pictures(practice.slug, entry.pk, numbers)


@dataclass(frozen=True)
class Pictures:
    """Content-ID -> the signed address of that picture, or None.

    A sandboxed frame sends no cookie, so the address itself is the proof (MODEL decision 17).
    """

    practice: str
    entry: int
    numbers: tuple[tuple[str, int], ...]  # (Content-ID, n)

    def __call__(self, content_id: str) -> str | None:
        n = dict(self.numbers).get(content_id)
        if n is None:
            return None
        token = picture_token(self.practice, self.entry, n)
        return reverse("register:inline", args=[self.practice, self.entry, n, token])


def picture_token(slug: str, entry: int, n: int) -> str:
    """Proof, for an hour, that a member was shown the letter this picture belongs to."""
    what = _picture(slug, entry, n)
    return _signer().sign(what).removeprefix(f"{what}:")


def is_picture_token(slug: str, entry: int, n: int, token: str) -> bool:
    try:
        _signer().unsign(f"{_picture(slug, entry, n)}:{token}", max_age=PICTURE_SECONDS)
    except signing.BadSignature:
        return False
    return True


def _picture(slug: str, entry: int, n: int) -> str:
    return f"{slug}/{entry}/{n}"


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="register.inline")
