"""What stands under a letter: the member's own signature, else the practice's (AK-108)."""

from postroom.practice import rules
from postroom.practice.models import Member, Practice


def signature_of(member: Member) -> str:
    """The signature of this member, filled in."""
    return filled(member.signature or member.practice.signature, member, member.practice)


def filled(text: str, member: Member, practice: Practice) -> str:
    """A signature as this member would sign with it."""
    first, last = rules.first_and_last(member.name)
    values = {
        "first_name": first,
        "last_name": last,
        "name": member.name,
        "title": member.title,
        "job": member.job,
        "practice": practice.name,
        "telephone": member.telephone or practice.telephone,
    }
    return rules.fill(text, values)
