"""The sample mailbox as a process of its own: pymap's in-memory IMAP server on loopback.

    POSTROOM_DEMO_MAIL_PASSWORD=… python -m postroom.cli.demo.imap --port 14300

The password comes through the environment, where `ps` does not show it.
"""

from __future__ import annotations

import argparse
import os
import sys

from pymap.main import main as pymap_main

from .mailbox import PASSWORD_VARIABLE, USER


def main() -> None:
    """Serve one user until SIGTERM; the mail lives in memory and goes with the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", required=True)
    port = parser.parse_args().port
    sys.argv = ["pymap", "--host", "127.0.0.1", "--port", port, "--no-tls"]
    sys.argv += ["--no-service", "admin", "--no-service", "managesieve"]
    sys.argv += ["dict", "--demo-user", USER, "--demo-password", os.environ[PASSWORD_VARIABLE]]
    pymap_main()


if __name__ == "__main__":
    main()
