"""The one wire to an SMTP server (RFC 5321), in the steps that matter for sending once.

    offer    MAIL, RCPT, DATA and the whole text: the server has nothing yet (`ask`, `hand_over`)
    let_go   the dot: from here on only the server knows
    answer   what it said of it, for which it may take ten minutes (RFC 5321, 4.5.3.2.6)

smtplib connects and speaks the single commands; its `sendmail` makes one error of all that can
happen on either side of the dot (RELIABILITY E3).
"""

import base64
import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as house

from postroom.connections.reaching import (
    ENCRYPTION,
    GREETING,
    NAME,
    PORT,
    SIGN_IN,
    Passed,
    Settings,
    allowed_address,
    is_this_machine,
    without,
)
from postroom.connections.trouble import (
    CERTIFICATE,
    DISCONNECTED,
    LETTERS,
    NO_TLS,
    NO_TOKENS,
    NOT_SMTP,
    SERVER_ERROR,
    TIMEOUT,
    TOKEN,
    Trouble,
    from_library,
)
from postroom.connections.trouble import SIGN_IN as WRONG_PASSWORD

CONNECT_SECONDS, COMMAND_SECONDS, ANSWER_SECONDS = 20.0, 120.0, 600.0
SLOWEST = 10_000  # bytes a second; a line that is slower is taken for dead
# How far an offer came.
CONNECT, MAIL, RCPT, DATA, TEXT, DOT = "connect", "mail", "rcpt", "data", "text", "dot"
_DOTS = re.compile(rb"(?m)^\.")
_NOTHING_YET = (BlockingIOError, ssl.SSLWantReadError)
MOST_SAID = 65_536  # bytes of replies
ERRORS = (OSError, EOFError, smtplib.SMTPException)


@dataclass(frozen=True)
class Reply:
    """A server's answer: its code, and its words in one line."""

    code: int
    said: str

    @property
    def is_yes(self) -> bool:
        return 200 <= self.code < 300

    @property
    def is_final(self) -> bool:
        """Whether asking again is of no use (RFC 5321, 4.2.1)."""
        return self.code >= 500


class Declined(Exception):
    """The server did not take a letter at this step; it has nothing of it.

    `address`: the recipient whom it refused, if it was that. The connection can be used on.
    """

    def __init__(self, phase: str, reply: Reply, address: str = "") -> None:
        super().__init__(f"{phase}: {reply.code} {reply.said}")
        self.phase, self.reply, self.address = phase, reply, address


class Lost(Exception):
    """The connection broke at this step. Before DOT the server has nothing; at DOT nobody knows."""

    def __init__(self, phase: str, trouble: Trouble) -> None:
        super().__init__(f"{phase}: {trouble}")
        self.phase, self.trouble = phase, trouble


class Line:
    """A signed-in connection, for one letter at a time. Not for two threads at once, but `cut`."""

    def __init__(self, settings: Settings, passed: Passed = lambda step: None) -> None:
        """Connect and sign in. Raises Trouble."""
        self.letters = 0  # answered on this connection
        self._commands: list[tuple[str, str, str]] = []  # of the letter: step, words, recipient
        self._asked = False  # all of them together
        self._smtp = _Smtp(settings, passed)
        try:
            _open(self._smtp, settings, passed)
        except BaseException:
            self.cut()
            raise

    def offer(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Hand over all but the dot. Raises Declined, for one recipient too: then nobody gets
        it; Lost."""
        self.ask(sender, recipients, len(raw))
        self.hand_over(raw)

    def takes_at_once(self, recipients: Sequence[str]) -> bool:
        """Whether `ask` says all there is to say, so that several lines can be asked in turn and
        heard in turn."""
        return len(recipients) == 1 and self._smtp.has_extn("pipelining")

    def ask(self, sender: str, recipients: Sequence[str], size: int) -> None:
        """The first half of an offer: MAIL, RCPT and DATA in one go where the server can (RFC
        2920). Waits for nothing. Raises Declined, Lost."""
        commands = [(MAIL, self._mail(sender, recipients, size), "")]
        commands += [(RCPT, f"RCPT TO:<{one}>", one) for one in recipients]
        # With several recipients DATA waits: one may be refused, and then nobody is to get it.
        if self.takes_at_once(recipients):
            commands.append((DATA, "DATA", ""))
        self._commands, self._asked = commands, self._smtp.has_extn("pipelining")
        try:
            self._smtp.patience(COMMAND_SECONDS)
            if self._asked:
                self._send([command for _, command, _ in commands])
        except ERRORS as error:
            self.cut()
            raise Lost(MAIL, _ours(error)) from error

    def hand_over(self, raw: bytes) -> None:
        """The second half: hear what the server says to that, and give it the text. Raises
        Declined, Lost."""
        phase = MAIL
        try:
            phase = self._envelope()
            phase = TEXT
            self._smtp.patience(COMMAND_SECONDS + len(raw) / SLOWEST)
            self._smtp.send(_DOTS.sub(b"..", raw))
        except ERRORS as error:
            self.cut()
            raise Lost(phase, _ours(error)) from error

    def let_go(self) -> None:
        """Send the dot. Raises Lost: at DOT, whether it arrived is not known."""
        if not self._smtp.is_listening():
            self.cut()
            raise Lost(TEXT, Trouble(DISCONNECTED, "before the end of the text"))
        try:
            self._smtp.send(b".\r\n")
        except ERRORS as error:
            self.cut()
            raise Lost(DOT, _ours(error)) from error

    def answer(self, seconds: float = ANSWER_SECONDS) -> Reply:
        """What the server says of the letter. Raises Lost."""
        try:
            self._smtp.patience(seconds)
            return self._taken(*self._smtp.getreply())
        except ERRORS as error:
            self.cut()
            raise Lost(DOT, _ours(error)) from error

    def heard(self) -> Reply | None:
        """What the server has said of the letter; None where it has not yet. Waits for nothing.
        Raises Lost."""
        try:
            found = self._smtp.reply_at_hand()
            return self._taken(*found) if found else None
        except ERRORS as error:
            self.cut()
            raise Lost(DOT, _ours(error)) from error

    def fileno(self) -> int:
        """For a poll of several lines; -1 where there is none any more."""
        return self._smtp.sock.fileno() if self._smtp.sock else -1

    def _taken(self, code: int, words: bytes) -> Reply:
        reply = Reply(code, _line(words))
        if not 200 <= code < 600:
            raise smtplib.SMTPServerDisconnected(f"{code} {reply.said}")
        self.letters += 1
        return reply

    def leave(self) -> None:
        """QUIT, and no more of it: what the server took it has taken."""
        with contextlib.suppress(*ERRORS):
            self._smtp.patience(2.0)
            self._smtp.quit()
        self.cut()

    def cut(self) -> None:
        """End the connection, also from another thread. A text without its dot is thrown away by
        the server."""
        with contextlib.suppress(OSError):
            if self._smtp.sock:
                socket.socket.shutdown(self._smtp.sock, socket.SHUT_RDWR)
        with contextlib.suppress(*ERRORS):
            self._smtp.close()

    def _envelope(self) -> str:
        """What was asked, up to the 354 of DATA; asked one by one where it was not in one go."""
        commands, asked = self._commands, self._asked
        together = commands[-1][0] == DATA
        declined: Declined | None = None
        for phase, command, address in commands:
            if not asked:
                self._send([command])
            reply = self._reply()
            if phase == DATA and reply.code == 354:
                if declined:  # it waits for a text that it must not get
                    self.cut()
                break
            if declined is None and (phase == DATA or not reply.is_yes):
                declined = Declined(phase, reply, address)
                if not asked:
                    break
        if declined is None and not together:
            self._send(["DATA"])
            reply = self._reply()
            if reply.code != 354:
                declined = Declined(DATA, reply)
        if declined:
            self._reset(declined)
        return DATA

    def _reset(self, declined: Declined) -> None:
        """Leave the line as for the next letter, and say why this one is not taken."""
        if declined.reply.code == 421:
            self.cut()  # the server is going (RFC 5321, 3.8)
        elif self.is_open:
            try:
                self._send(["RSET"])
                if not self._reply().is_yes:
                    self.cut()
            except ERRORS:
                self.cut()
        raise declined

    @property
    def is_open(self) -> bool:
        return self._smtp.sock is not None

    def _mail(self, sender: str, recipients: Sequence[str], size: int) -> str:
        more = f" SIZE={size}" if self._smtp.has_extn("size") else ""
        if not all(one.isascii() for one in (sender, *recipients)):
            if not self._smtp.has_extn("smtputf8"):
                reply = Reply(550, "this server takes no addresses with such letters (SMTPUTF8)")
                raise Declined(MAIL, reply)
            more += " SMTPUTF8"
        return f"MAIL FROM:<{sender}>{more}"

    def _send(self, commands: Sequence[str]) -> None:
        # Whoever wrote the addresses has judged them; a line break here would be a command.
        if any(re.search("[\r\n\0]", command) for command in commands):
            raise ValueError("a line break in a command")
        self._smtp.send("".join(f"{command}\r\n" for command in commands).encode())

    def _reply(self) -> Reply:
        code, words = self._smtp.getreply()
        return Reply(code, _line(words))


def try_server(settings: Settings, passed: Passed) -> list[str]:
    """Connect, sign in and leave; what the server says it can do. Raises Trouble."""
    line = Line(settings, passed)
    line.leave()
    return sorted(line._smtp.esmtp_features)


class _Smtp(smtplib.SMTP):
    """smtplib's connection, going only where we allow it to."""

    def __init__(self, settings: Settings, passed: Passed) -> None:
        self._settings, self._passed = settings, passed
        self._heard = bytearray()
        super().__init__(local_hostname=_our_name(), timeout=CONNECT_SECONDS)
        self._host = settings.host  # the name that a certificate has to be for
        if settings.security != "none":
            self.context = _context(settings.ca_pem)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        address = allowed_address(self._settings)
        if self._settings.security == "none" and not is_this_machine(address):
            raise Trouble(NO_TLS, self._settings.host, final=True)
        self._passed(NAME)
        sock = socket.create_connection((address, port), CONNECT_SECONDS)
        # The dot must not wait for the server's receipt of the text: 40 ms with each letter.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._passed(PORT)
        if self._settings.security != "tls":
            return sock
        try:
            return self.context.wrap_socket(sock, server_hostname=self._settings.host)
        except BaseException:
            sock.close()
            raise

    def is_listening(self) -> bool:
        """Whether the server has neither hung up nor spoken out of turn."""
        if self.sock is None or self._heard:
            return False
        try:
            self.sock.settimeout(0)
            self.sock.recv(1)
        except _NOTHING_YET:
            return True
        except OSError:
            return False
        finally:
            self.patience(COMMAND_SECONDS)
        return False

    def getreply(self) -> tuple[int, bytes]:
        """As smtplib's, at half its price, and never more than MOST_SAID."""
        while (found := self._whole()) is None:
            self._hear()
        return found

    def reply_at_hand(self) -> tuple[int, bytes] | None:
        """The next reply, if it has come whole."""
        self.patience(0)
        with contextlib.suppress(*_NOTHING_YET):
            return self.getreply()
        return None

    def starttls(self, *args: Any, **given: Any) -> tuple[int, bytes]:
        """As smtplib's. What somebody on the way said before the encryption counts for nothing."""
        found = super().starttls(*args, **given)
        self._heard.clear()
        return found

    def _hear(self) -> None:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("please run connect() first")
        try:
            some = self.sock.recv(65536)
        except _NOTHING_YET:
            raise
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(f"Connection unexpectedly closed: {error}")  # noqa: B904
        if not some:
            self.close()
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        self._heard += some
        if len(self._heard) > MOST_SAID:
            self.close()
            raise smtplib.SMTPResponseException(500, "more words than we read")

    def _whole(self) -> tuple[int, bytes] | None:
        """A reply of one line or several (RFC 5321, 4.2.1), taken from what was heard."""
        words: list[bytes] = []
        start = 0
        while (end := self._heard.find(b"\n", start)) >= 0:
            line, start = bytes(self._heard[start:end]), end + 1
            words.append(line[4:].strip(b" \t\r"))
            code = int(line[:3]) if line[:3].isdigit() else -1
            if code == -1 or line[3:4] != b"-":
                del self._heard[:start]
                return code, b"\n".join(words)
        return None

    def patience(self, seconds: float) -> None:
        if self.sock:
            self.sock.settimeout(seconds)


def _open(smtp: _Smtp, settings: Settings, passed: Passed) -> None:
    """Greeting, EHLO, encryption, signing in. Raises Trouble."""
    try:
        code, words = smtp.connect(settings.host, settings.port)
        if code != 220:
            foreign = code == -1 or not 400 <= code < 600
            raise Trouble(NOT_SMTP if foreign else SERVER_ERROR, f"{code} {_line(words)}")
        passed(GREETING)
        smtp.patience(COMMAND_SECONDS)
        smtp.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            # Demanded, never merely tried: a line in between could hide the offer.
            if not smtp.has_extn("starttls"):
                raise Trouble(NO_TLS, settings.host, final=True)
            code, words = smtp.starttls(context=smtp.context)
            if code != 220:
                raise Trouble(NO_TLS, f"{code} {_line(words)}")
            smtp.ehlo_or_helo_if_needed()
        if settings.security != "none":
            passed(ENCRYPTION)
        if settings.user:
            _sign_in(smtp, settings)
        passed(SIGN_IN)
    except ERRORS as error:
        raise _ours(error) from error


def _sign_in(smtp: _Smtp, settings: Settings) -> None:
    """AUTH PLAIN (RFC 4616), else LOGIN; XOAUTH2 or OAUTHBEARER (RFC 7628) with a token."""
    offered = smtp.esmtp_features.get("auth", "").upper().replace("=", " ").split()
    user, secret = settings.user, settings.password
    if settings.proof == "token":
        bearer = f"auth=Bearer {secret}\1\1"
        if "XOAUTH2" in offered:
            answers = [f"AUTH XOAUTH2 {_b64(f'user={user}{chr(1)}{bearer}')}", ""]
        elif "OAUTHBEARER" in offered:
            spelt = user.replace("=", "=3D").replace(",", "=2C")
            answers = [f"AUTH OAUTHBEARER {_b64(f'n,a={spelt},{chr(1)}{bearer}')}", _b64("\1")]
        else:
            raise Trouble(NO_TOKENS, settings.host, final=True)
    elif "PLAIN" in offered:
        answers = [f"AUTH PLAIN {_b64(f'{chr(0)}{user}{chr(0)}{secret}')}"]
    elif "LOGIN" in offered:
        answers = ["AUTH LOGIN", _b64(user), _b64(secret)]
    else:
        raise Trouble(LETTERS if offered else WRONG_PASSWORD, " ".join(offered), final=True)
    code, words = 0, b""
    for answer in answers:
        code, words = smtp.docmd(answer)
        if code != 334:
            break
    if code == 235 or code == 503:  # 503: signed in already, by the certificate or the network
        return
    said = without(secret, _line(words))
    for answer in answers:
        said = without(answer.rpartition(" ")[2], said)
    wrong = TOKEN if settings.proof == "token" else WRONG_PASSWORD
    final = 500 <= code < 600 or code == 334
    raise Trouble(wrong if final else SERVER_ERROR, f"{code} {said}", final=final)


@lru_cache(maxsize=32)
def _context(ca_pem: str) -> ssl.SSLContext:
    """The certificates we trust: to read those of the system takes 20 ms. Raises Trouble."""
    context = ssl.create_default_context()
    if ca_pem:
        try:
            context.load_verify_locations(cadata=ca_pem)
        except ssl.SSLError as error:
            raise Trouble(CERTIFICATE, str(error), final=True) from error
    return context


def _our_name() -> str:
    """What we call ourselves to a server: our public name, else the literal of RFC 5321, 4.1.3."""
    name = urlsplit(house.ADDRESS).hostname or ""
    return name if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}", name) else "[127.0.0.1]"


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _line(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())[:500]


def _ours(error: BaseException) -> Trouble:
    """Our name for an error of the socket, TLS or SMTP library."""
    match error:
        case Trouble():
            return error
        case smtplib.SMTPServerDisconnected():
            cause: BaseException | None = error.__context__
            if isinstance(cause, TimeoutError):
                return Trouble(TIMEOUT, str(cause))
            return Trouble(DISCONNECTED, str(error))
        case smtplib.SMTPResponseException():
            said = error.smtp_error
            words = said if isinstance(said, bytes) else str(said).encode()
            return Trouble(SERVER_ERROR, f"{error.smtp_code} {_line(words)}")
        case smtplib.SMTPException():
            return Trouble(SERVER_ERROR, str(error)[:500])
        case Exception():
            return from_library(error)
    return Trouble(SERVER_ERROR, type(error).__name__)
