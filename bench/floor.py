"""`python -m bench.floor HOST PORT USER PASSWORD FOLDER`: fetch all mails and keep none.

The least that any Python program with IMAPClient pays. Its log of every byte is off: on, as
shipped, fetching costs several times as much.
"""

import sys

from imapclient import IMAPClient

BATCH = 50


def main(host: str, port: str, user: str, password: str, folder: str) -> int:
    """How many mails there were."""
    with IMAPClient(host, int(port), ssl=False) as client:
        client._imap.debug = 0
        client.login(user, password)
        client.select_folder(folder, readonly=True)
        uids = client.search()
        return sum(
            len(client.fetch(uids[n : n + BATCH], ["BODY.PEEK[]"]))
            for n in range(0, len(uids), BATCH)
        )


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else "the folder is empty")
