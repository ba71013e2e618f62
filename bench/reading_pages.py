"""`python -m bench.reading_pages ROUNDS` in a filled house: asks for pages, prints the seconds.

`python -m bench.reading_pages fill ENTRIES CLIENTS` fills one.
"""

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()

from bench.reading_data import fill  # noqa: E402 - after the settings


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]), int(sys.argv[3]))
