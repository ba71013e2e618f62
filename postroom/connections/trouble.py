"""What can go wrong with a wire, as codes; the words for them are in words.py."""

import errno
import imaplib
import socket
import ssl

from imapclient.exceptions import IMAPClientError, LoginError

HOST_UNKNOWN = "host-unknown"
HOST_PRIVATE = "host-private"
PORT_CLOSED = "port-closed"
TIMEOUT = "timeout"
NO_TLS = "no-tls"
CERTIFICATE = "certificate"
SIGN_IN = "sign-in"
LETTERS = "sign-in-letters"
TOKEN = "token"  # noqa: S105 (a code)
NO_TOKENS = "no-tokens"
NOT_IMAP = "not-imap"
NOT_SMTP = "not-smtp"
IMAP_OFF = "imap-off"
FOLDER_MISSING = "folder-missing"
FOLDER_READ_ONLY = "folder-read-only"
FULL = "mailbox-full"
SERVER_ERROR = "server-error"
DISCONNECTED = "disconnected"
DISK_FULL = "disk-full"
DISK_REFUSES = "disk-refuses"
KEY_MISSING = "key-missing"
RESETS = "resets"
DAY_LIMIT = "day-limit"


_OF_ONE_FOLDER = (FOLDER_MISSING, FOLDER_READ_ONLY, FULL)


class Trouble(Exception):
    """A wire failed. `code` says how, `detail` keeps the server's own words or a name.

    `final` answers the one question that matters: is there any use in trying again soon?
    """

    def __init__(self, code: str, detail: str = "", *, final: bool = False) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
        self.final = final

    @property
    def of_one_folder(self) -> bool:
        """The matter of one folder or command: the others, and filing, go on."""
        return isinstance(self, Refused) or self.code in _OF_ONE_FOLDER


class Refused(Trouble):
    """The server said NO or BAD to one command; the connection stands, others may succeed."""


def from_library(error: Exception) -> Trouble:
    """Our name for an error of the socket, TLS or IMAP library."""
    words = said(error)
    match error:
        case Trouble():
            return error
        case LoginError():
            # A server that is overloaded refuses to sign in too; that is not the password.
            if "NOT ENABLED FOR IMAP" in words.upper():  # Gmail's words for it
                return Trouble(IMAP_OFF, words, final=True)
            busy = any(word in words.upper() for word in ("UNAVAILABLE", "THROTTLED", "INUSE"))
            return Trouble(SERVER_ERROR if busy else SIGN_IN, words, final=not busy)
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Trouble(DISK_FULL, words)
        case OSError(filename=str()):  # a socket has no file name: it is this machine's disk
            return Trouble(DISK_REFUSES, words)
        case socket.gaierror():
            return Trouble(HOST_UNKNOWN, words)
        case ssl.SSLCertVerificationError():
            return Trouble(CERTIFICATE, error.verify_message or words, final=True)
        case ssl.SSLError():
            return Trouble(NO_TLS, words, final=True)
        case ConnectionRefusedError():
            return Trouble(PORT_CLOSED, words)
        case TimeoutError():
            return Trouble(TIMEOUT, words)
        case imaplib.IMAP4.abort() | OSError() | EOFError():
            return Trouble(DISCONNECTED, words)
        case IMAPClientError() | imaplib.IMAP4.error():
            return Refused(FULL if "OVERQUOTA" in words.upper() else SERVER_ERROR, words)
    return Trouble(SERVER_ERROR, f"{type(error).__name__}: {words}")


LIBRARY_ERRORS = (OSError, EOFError, UnicodeError, imaplib.IMAP4.error, IMAPClientError)


def said(error: BaseException) -> str:
    """The server's or the library's own words, at most 500 characters."""
    words = error.args[0] if error.args and isinstance(error.args[0], bytes | str) else str(error)
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return text.strip()[:500]
