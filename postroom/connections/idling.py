"""Waiting for news from an IMAP server."""

import selectors
import socket
import ssl

from imapclient import IMAPClient

IDLE_LIMIT = 25 * 60  # seconds; a server may hang up after 30 minutes (RFC 2177)


def idle(client: IMAPClient, seconds: float, wake: socket.socket) -> None:
    """IDLE (RFC 2177) until the server has news, `wake` can be read, or the time is over."""
    client.idle()
    if not _has_said_something(client):
        until_readable(min(seconds, IDLE_LIMIT), client.socket(), wake)
    client.idle_done()


def _has_said_something(client: IMAPClient) -> bool:
    """Is there an answer that was read along with the one before? News of a letter often
    comes in one packet with the «+ idling», and no socket will tell of it again."""
    imap, sock = client._imap, client._imap.sock
    before = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bool(imap.file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        sock.settimeout(before)


def until_readable(seconds: float, *sockets: socket.socket) -> None:
    """Wait for the first of them that can be read."""
    with selectors.DefaultSelector() as selector:  # select(2) ends at descriptor 1023
        for one in sockets:
            selector.register(one, selectors.EVENT_READ)
        selector.select(seconds)
