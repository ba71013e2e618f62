"""A connection to an SMTP server: only where we allow it, encrypted, signed in and listened to."""

import base64
import contextlib
import re
import smtplib
import socket
import ssl
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

CONNECT_SECONDS, COMMAND_SECONDS = 20.0, 120.0
MOST_SAID = 65_536  # bytes of replies
_NOTHING_YET = (BlockingIOError, ssl.SSLWantReadError)
ERRORS = (OSError, EOFError, smtplib.SMTPException)


class Session(smtplib.SMTP):
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


def open_session(smtp: Session, settings: Settings, passed: Passed) -> None:
    """Greeting, EHLO, encryption, signing in. Raises Trouble."""
    try:
        code, words = smtp.connect(settings.host, settings.port)
        if code != 220:
            foreign = code == -1 or not 400 <= code < 600
            raise Trouble(NOT_SMTP if foreign else SERVER_ERROR, f"{code} {in_one_line(words)}")
        passed(GREETING)
        smtp.patience(COMMAND_SECONDS)
        smtp.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            # Demanded, never merely tried: a line in between could hide the offer.
            if not smtp.has_extn("starttls"):
                raise Trouble(NO_TLS, settings.host, final=True)
            code, words = smtp.starttls(context=smtp.context)
            if code != 220:
                raise Trouble(NO_TLS, f"{code} {in_one_line(words)}")
            smtp.ehlo_or_helo_if_needed()
        if settings.security != "none":
            passed(ENCRYPTION)
        if settings.user:
            _sign_in(smtp, settings)
        passed(SIGN_IN)
    except ERRORS as error:
        raise ours(error) from error


def _sign_in(smtp: Session, settings: Settings) -> None:
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
    said = without(secret, in_one_line(words))
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


def in_one_line(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())[:500]


def ours(error: BaseException) -> Trouble:
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
            return Trouble(SERVER_ERROR, f"{error.smtp_code} {in_one_line(words)}")
        case smtplib.SMTPException():
            return Trouble(SERVER_ERROR, str(error)[:500])
        case Exception():
            return from_library(error)
    return Trouble(SERVER_ERROR, type(error).__name__)
