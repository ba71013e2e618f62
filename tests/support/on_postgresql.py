"""Run a command with a PostgreSQL of its own: `python -m tests.support.on_postgresql COMMAND`."""

import os
import subprocess
import sys

from tests.support.postgres import Postgres


def main() -> int:
    with Postgres() as url:
        return subprocess.call(sys.argv[1:], env={**os.environ, "POSTROOM_DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main())
