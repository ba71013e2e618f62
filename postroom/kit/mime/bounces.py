"""Which addresses a delivery report speaks of, and what became of them (RFC 3464, and before it).

The fields of the report where it has them; else the words before the copy of the letter.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from postroom.kit.addresses import normalise_email
from postroom.kit.mime import headers, transfer
from postroom.kit.mime.headers import Fields
from postroom.kit.mime.letter import Failure
from postroom.kit.mime.notes import Notes
from postroom.kit.mime.parts import Part, leaves
from postroom.kit.mime.words import words
from postroom.kit.text import clean

FAILURES_LIMIT = 100
BLOCKS_LIMIT = 500
SAID_LIMIT = 50_000  # characters of the letter's words that are looked through
LINES_LIMIT = 1_000
DIAGNOSTIC_LIMIT = 500

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ -])")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,100}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}")
# The address that the sender wrote to comes before the one it was led to.
_RECIPIENTS = (b"original-recipient", b"final-recipient", b"x-actual-recipient")
# From here on stands the letter that came back, not what is said about it.
_COPY = re.compile(
    r"(?im)^[ \t>*|.]{0,20}(?:-{2,80}+.{0,20}(?:below this line|this is a copy|original message|"
    r"original e?-?mail|returned (?:message|mail)|unsent message|message header|"
    r"(?:start|beginning) of|copy of|returned (?:letter|text)|message follows|included|"
    r"undelivered|bounced)"
    r"|(?:the )?(?:original|returned|unsent|undelivered|first .{1,30} of (?:the )?|text of your|"
    r"header(?:s)? of (?:the )?|copy of (?:the |your )?)\s?(?:original )?"
    r"(?:message|mail|e-mail|letter|text)?(?: text| headers?| body)?"
    r"(?: follows| is (?:attached|included|below)|:)"
    r"|received: from |return-path: |message-id: |x-mailer: |mime-version: "
    r"|begin forwarded message)"
)
_NAMED = re.compile(
    r"(?i)^[ \t>*-]*(?:"
    r"<[^<>\s]+@[^<>\s]+>[ \t]*[:(.\r\n]?"
    r"|[^\s<>:]+@[^\s<>:]+[ \t]*(?:[:(-]|\.{3}|on |$)"
    r"|.{0,60}\b(?:rcpt to|recipient|to|for|address(?:es)?|user|mailbox|account|destinataire|"
    r"an|deliver(?:ed|y|ing)? to)\b[^@<]{0,30}[<(\"'\[ ]?[^\s<>@]+@"
    r"|.{0,40}\b[45]\d\d[ -].{0,60}@"
    r")"
)
_PREFIX = re.compile(r"(?i)^(?:smtp|rfc822)=")
_QUOTED_FIELD = re.compile(r"(?i)\s*(?:to|from|cc|subject|sent|message-id|reply-to|sender):\s")
_TO = re.compile(r"(?im)^to:[ \t]*([^\n]+)")

UNKNOWN, FULL, TOO_BIG, BLOCKED, OTHER = "unknown", "full", "too-big", "blocked", ""
_WHO = r"(?:user|recipient|address|mailbox|account|person|host|domain|here|customer|name)"
_UNKNOWN = re.compile(
    r"(?i)(?:user|recipient|address|mailbox|account|person|addressee|utilisateur|destinataire|host|"
    r"domain|e?mail)\b.{0,40}\b(?:unknown|not (?:be )?found|(?:does ?n[o']t|not) exist|"
    r"not (?:listed|known|here|our|valid)|invalid|no longer|inconnu|rejected: user|undefined)|"
    r"(?:unknown|no such|invalid|unrecognized|non-?existent|bad destination|not a (?:known|valid)|"
    rf"not our|undeliverable|isn't a|unrouteable)\s+(?:\w+\s+){{0,3}}?{_WHO}|"
    r"does ?n[o']t (?:exist|have an? (?:\S+ )?(?:account|mailbox))|doesn't list|"
    r"no (?:mailbox|account|user) (?:here|by)|not listed in|user not found|has moved|new address|"
    r"host (?:or domain name )?not found(?!, try)|name or service not known|unknown local.part|"
    r"nullmx|null mx|no mx\b|no smtp service|no valid recipients|does not accept mail|"
    r"mailbox (?:unavailable|not found)"
)
_FULL = re.compile(
    r"(?i)mail ?box.{0,30}\bfull|over.?quota|quota.{0,30}(?:exceed|full|violat|limit)|"
    r"exceed\w*.{0,40}(?:quota|storage)|out of storage|insufficient (?:disk|storage|system)|"
    r"boîte.{0,40}pleine|(?:disk|folder|box) (?:is )?full|not enough (?:disk|storage|space)|"
    r"full (?:mail)?box|too much mail"
)
_TOO_BIG = re.compile(
    r"(?i)(?:message|mail|size).{0,40}(?:too (?:big|large|long)|exceeds?.{0,40}(?:size|maximum|"
    r"limit))|maximum message size|larger than"
)
_BLOCKED = re.compile(
    r"(?i)\bspam|blacklist|block ?list|\bblocked|\brbl\b|spamhaus|reputation|\bdmarc|\bspf\b|"
    r"\bdkim|polic(?:y|ies)|virus|content rejected|rejected for|relay(?:ing)? (?:access )?denied|"
    r"access denied|not permitted|forbidden|ptr record|reverse dns|banned|unsolicited|too many|"
    r"sender address|invalid ip"
)
_TEMPORARY = re.compile(
    r"(?i)warning|delayed|will (?:be )?(?:keep|continue|retr|try|re-?attempt)|"
    r"not yet been delivered|still (?:being )?(?:try|undelivered|attempt)|temporar|"
    r"no need to|do not need to|is not required|persistent transient"
)
_GIVEN_UP = re.compile(r"(?i)not going to try again|giving up on|\bi(?:'ve| have) given up")


@dataclass(frozen=True)
class _Said:
    """What the report's words say: its lines before the copy, and the whole before it."""

    lines: tuple[str, ...]
    text: str


def failures(
    raw: bytes, root: Part, fields: Fields, text: str, subject: str
) -> tuple[Failure, ...]:
    """The addresses that did not get the letter; () where the report does not name any.

    `permanent` where it will not be tried again. Never raises; bounded by the limits above.
    """
    said = _before_copy(text)
    found = list(_reported(raw, root))
    if not any(one.address for one in found):
        named = _failed_header(fields) or _named(said, fields) or _returned_to(raw, root, text)
        found = [_from_words(address, said, subject) for address in named]
    else:
        found = [_explained(one, said) for one in found]
    unique = {(one.address, one.permanent): one for one in reversed(found)}
    return tuple(reversed(unique.values()))[:FAILURES_LIMIT]


def _reported(raw: bytes, root: Part) -> Iterator[Failure]:
    """The failures of a message/delivery-status, block by block."""
    for leaf in leaves(root):
        if not leaf.type.endswith("delivery-status"):
            continue
        data, _ = transfer.decoded(raw[leaf.start : leaf.end], leaf.encoding)
        pos = 0
        for _ in range(BLOCKS_LIMIT):
            while data[pos : pos + 1] in (b"\r", b"\n") and pos < len(data):
                pos += 1
            if pos >= len(data):
                break
            block = headers.parse(data, pos, len(data), Notes())
            if block.end <= pos:
                break
            pos = block.end
            if one := _of_block(block):
                yield one


def _of_block(block: Fields) -> Failure | None:
    address = ""
    for name in _RECIPIENTS:
        value = words(block.first(name))
        address = _address(value.partition(";")[2] or value)
        if address:
            break
    action = block.first(b"action").strip().lower().split(" ")[0].strip("()")
    status = _status(block.first(b"status"))
    if action in ("delivered", "relayed", "expanded") or block.first(b"status").startswith("2"):
        return None
    diagnostic = words(block.first(b"diagnostic-code"))
    diagnostic = diagnostic.partition(";")[2].strip() or diagnostic
    told = _status(diagnostic)
    if not (address or status or diagnostic) or not (address or action):
        return None
    # «5.0.0» says nothing; what the other server answered is nearer.
    if told and (not status or status.endswith((".0.0",))):
        status = told
    permanent = action != "delayed" and not (status.startswith("4") and action != "failed")
    return Failure(address, permanent, _reason(status, diagnostic), status, _cut(diagnostic))


def _explained(one: Failure, said: _Said) -> Failure:
    """With the words of the letter where the report's fields say too little."""
    if one.reason and one.text:
        return one
    around = _around(one.address, said) if one.address else said.text
    text = one.text or _cut(around)
    return replace(one, text=text, reason=one.reason or _reason(one.status, around))


def _failed_header(fields: Fields) -> list[str]:
    found = [words(value) for value in fields.all(b"x-failed-recipients")[:FAILURES_LIMIT]]
    return _unique(_address(match) for value in found for match in _ADDRESS.findall(value))


def _named(said: _Said, fields: Fields) -> list[str]:
    """Addresses in the words: on lines made for them, else any but the two correspondents'."""
    own = {
        normalise_email(match)
        for name in (b"to", b"from", b"cc", b"delivered-to", b"return-path")
        for value in fields.all(name)[:20]
        for match in _ADDRESS.findall(value[:2_000])
    }
    strong: list[str] = []
    weak: list[str] = []
    for line in said.lines:
        if "@" not in line or _QUOTED_FIELD.match(line):
            continue
        addresses = [_address(match) for match in _ADDRESS.findall(line[:500])]
        addresses = [
            one
            for one in addresses
            if one and one not in own and not one.startswith(("postmaster@", "mailer-daemon@"))
        ]
        (strong if _NAMED.match(line[:500]) else weak).extend(addresses)
    return _unique(strong) or _unique(weak)[:1]


def _returned_to(raw: bytes, root: Part, text: str) -> list[str]:
    """To whom the letter that came back was written."""
    for leaf in leaves(root):
        if leaf.type in ("message/rfc822", "text/rfc822-headers", "message/global"):
            data, _ = transfer.decoded(raw[leaf.start : leaf.end], leaf.encoding)
            fields = headers.parse(data, 0, len(data), Notes())
            found = [_address(one) for one in _ADDRESS.findall(fields.first(b"to")[:2_000])]
            if any(found):
                return _unique(found)
    if copied := _TO.search(text[:SAID_LIMIT]):
        return _unique(_address(one) for one in _ADDRESS.findall(copied[1][:2_000]))
    return []


def _from_words(address: str, said: _Said, subject: str) -> Failure:
    around = _around(address, said)
    status = _status(around) or _status(said.text)
    code = _REPLY.search(around)
    if _GIVEN_UP.search(around):
        permanent = True
    elif status:
        permanent = status[0] == "5"
    elif code:
        permanent = code[1] == "5"
    else:
        permanent = not _TEMPORARY.search(f"{subject}\n{said.text[:5_000]}")
    reason = _reason(status, around) or _reason(status, said.text)
    return Failure(address, permanent, reason, status, _cut(around))


def _before_copy(text: str) -> _Said:
    text = text[:SAID_LIMIT]
    if copy := _COPY.search(text, 1):
        text = text[: copy.start()] if text[: copy.start()].strip() else text
    return _Said(tuple(text.split("\n")[:LINES_LIMIT]), text)


def _around(address: str, said: _Said) -> str:
    """The line that names the address and the few after it, up to the next address."""
    for n, line in enumerate(said.lines):
        if address not in line.lower():
            continue
        block = [line]
        for other in said.lines[n + 1 : n + 8]:
            if "@" in other and address not in other.lower() and _NAMED.match(other[:500]):
                break
            block.append(other)
        return " ".join(" ".join(block).split())
    return " ".join(said.text.split())[:2_000]


def _reason(status: str, text: str) -> str:
    """The code of why, by RFC 3463's numbers and by the words."""
    text = text[:2_000]
    by_number = {"5.1.1": UNKNOWN, "5.1.2": UNKNOWN, "5.1.3": UNKNOWN, "5.1.6": UNKNOWN}
    by_number |= {"5.1.10": UNKNOWN, "5.4.4": UNKNOWN, "5.7.26": BLOCKED}
    by_number |= {f"{n}.2.2": FULL for n in "45"} | {f"{n}.3.4": TOO_BIG for n in "45"}
    if _FULL.search(text):
        return FULL
    if (found := by_number.get(status)) and found != UNKNOWN:
        return found
    if _BLOCKED.search(text):
        return BLOCKED
    if found or _UNKNOWN.search(text):
        return UNKNOWN if not status.startswith("4") else OTHER
    if _TOO_BIG.search(text):
        return TOO_BIG
    return BLOCKED if ".7." in status else OTHER


def _status(text: str) -> str:
    found = (match[0] for match in _STATUS.finditer(text[:2_000]) if match[1] in "45")
    return next(found, "")


def _address(text: str) -> str:
    found = _ADDRESS.search(text[:1_000])
    return normalise_email(_PREFIX.sub("", found[0]).strip(".'`")) if found else ""


def _unique(addresses: Iterable[str]) -> list[str]:
    return [one for one in dict.fromkeys(addresses) if one][:FAILURES_LIMIT]


def _cut(text: str) -> str:
    return clean(" ".join(text.split()))[:DIAGNOSTIC_LIMIT]
