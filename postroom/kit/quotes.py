"""Which lines of a plain text are quoted from another letter, and which are the writer's own.

    > marks                       quoted, with the words «On ... wrote:» that stand above them
    On ... wrote:                 without marks below: quoted to the end
    -----Original Message-----    quoted to the end
    From: / Sent: / To: / Subject:  as Outlook puts them above: quoted to the end

A forwarded letter is no quotation: it is what the writer wants to be read.
"""

import re

BLOCKS = 400  # changes between quoted and own words; the rest counts as own
LINE = 300  # characters; a longer line introduces nothing

Block = tuple[bool, list[str]]

MARKS = re.compile(r"(?:\s{0,2}>)+")
_INTRODUCTION = re.compile(
    r"\s*(?:(?:on|le|am|el|il|op|em|den|dnia|w dniu)\s.{3,200}\s?"
    r"(?:wrote|a écrit|schrieb|escribió|ha scritto|schreef|escreveu|skrev|napisała?)"
    r"(?:\(a\))?.{0,80}:)\s*",
    re.I,
)
_INTRODUCTION_START = re.compile(r"\s*(?:on|le|am|el|il|op|em|den|dnia|w dniu)\s", re.I)
_SEPARATOR = re.compile(
    r"\s*-{2,12}\s?(?:original message|message d[’']origine|message original|"
    r"ursprüngliche nachricht|mensaje original|messaggio originale|oorspronkelijk bericht|"
    r"oprindelig meddelelse|ursprungligt meddelande|wiadomość oryginalna|mensagem original"
    r")\s?-{2,12}\s*",
    re.I,
)
_RULE = re.compile(r"\s*[_-]{5,80}\s*")
_FROM = re.compile(
    r"\s{0,4}\*?(?:from|de|von|da|van|fra|från|od|lähettäjä|差出人|发件人)\s?:\*?\s.{2,}", re.I
)
_OTHER_FIELD = re.compile(
    r"\s{0,4}\*?(?:sent|date|to|cc|subject|reply-to|importance|envoyé|date|à|objet|"
    r"gesendet|datum|an|betreff|enviado|para|asunto|assunto|fecha|data|inviato|a|oggetto|"
    r"verzonden|aan|onderwerp|sendt|til|emne|skickat|till|ämne|wysłano|do|temat|"
    r"lähetetty|vastaanottaja|aihe|送信日時|宛先|件名|发送时间|收件人|主题)\s?:\*?(?:\s|$)",
    re.I,
)
FIELDS_AFTER = 6  # lines below «From:» in which two more fields must stand


def blocks(lines: list[str]) -> list[Block]:
    """Runs of lines in order, each quoted or not; together they are the lines given."""
    found: list[Block] = []
    at = 0
    own = False  # whether words of the writer stand above
    while at < len(lines):
        if len(found) >= BLOCKS:
            found.append((False, lines[at:]))
            break
        size = _introduction(lines, at) if lines[at] else 0
        if _starts_original(lines, at, own) or (size and not _marked_from(lines, at + size)):
            found.append((True, lines[at:]))
            break
        quoted = bool(size) or (">" in lines[at] and bool(MARKS.match(lines[at])))
        own = own or not (quoted or not lines[at].strip())
        size = max(size, 1)
        if found and found[-1][0] == quoted:
            found[-1][1].extend(lines[at : at + size])
        else:
            found.append((quoted, lines[at : at + size]))
        at += size
    return _joined(found)


def own_words(text: str) -> str:
    """What the writer of this letter added, without what is quoted."""
    parts = blocks(text.split("\n"))
    return "\n".join(line for quoted, part in parts if not quoted for line in part).strip("\n")


def _introduction(lines: list[str], at: int) -> int:
    """Number of lines of an introduction that starts here: 0, 1 or 2 (mailers wrap it)."""
    if len(lines[at]) > LINE or not _INTRODUCTION_START.match(lines[at]):
        return 0
    for size in (1, 2):
        if _INTRODUCTION.fullmatch(" ".join(lines[at : at + size])[: 2 * LINE]):
            return size
    return 0


def _marked_from(lines: list[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 4] if line.strip()), "")
    return bool(MARKS.match(following))


def _starts_original(lines: list[str], at: int, own: bool) -> bool:
    """Whether the letter that is answered begins here, as Outlook copies it.

    Fields with no words of the writer's `own` above them are a letter that was passed on.
    """
    line = lines[at]
    if len(line) > LINE or not line.strip():
        return False
    if _SEPARATOR.fullmatch(line):
        return True
    if not own:
        return False
    if _RULE.fullmatch(line):
        below = next((n for n in range(at + 1, min(at + 4, len(lines))) if lines[n].strip()), -1)
        return below > 0 and _copied_fields(lines, below)
    return _copied_fields(lines, at)


def _copied_fields(lines: list[str], at: int) -> bool:
    if len(lines[at]) > LINE or not _FROM.match(lines[at]):
        return False
    below = [line[:LINE] for line in lines[at + 1 : at + 1 + FIELDS_AFTER]]
    return sum(bool(_OTHER_FIELD.match(line)) for line in below) >= 2


def _joined(found: list[Block]) -> list[Block]:
    """Blank lines between two quoted runs belong to the quotation."""
    joined: list[Block] = []
    for quoted, part in found:
        blank = not "".join(part).strip()
        if joined and joined[-1][0] and (quoted or blank):
            joined[-1][1].extend(part)
        else:
            joined.append((quoted, part))
    return joined
