"""How long a shared desk needs from one person to the next, in a real Chromium.

A house of its own with two people who have a PIN, `postroom web` as an installation runs it. Alice
locks the desk by its key, Bob presses his name, types his PIN and is on his own page; then back.
What is timed is the machine's part: nobody needs time to think or to type.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from bench.measure import machine, table
from tests.support.browser import chromium
from tests.support.postroom import ADMIN, ADMIN_PASSWORD, ROOT, House

SWITCHES = 20  # in a round
BOB = "bob@practice.test"
PINS = {ADMIN: "7391", BOB: "2846"}
GIVE_PINS = """
import json, os, sys, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.settings")
django.setup()
from postroom.practice import pins
from postroom.practice.models import Member
for email, pin in json.loads(sys.argv[1]).items():
    pins.set_pin(Member.objects.get(user__email=email).user, pin)
print(json.dumps(dict(Member.objects.values_list("user__email", "name"))))
"""
LOCK, OPEN, WHOLE = "L, until the lock is there", "Enter, until one's own page is", "both"


def run(_mails: int, rounds: int, json_file: Path | None) -> None:
    """Measure, print the table, and write the JSON file when one is named."""
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        about = machine(Path(name)) | {"switches": rounds * SWITCHES}
        print(", ".join(f"{key} {value}" for key, value in about.items()), flush=True)
        with House.build(Path(name) / "house") as house:
            names = _furnish(house)
            with house.serving("web") as base, chromium() as browser:
                context = browser.new_context(viewport={"width": 1440, "height": 900})
                times = _switch(context.new_page(), base, names, rounds * SWITCHES)
                context.close()
    rows = [["", "times", "p50, ms", "p95, ms", "longest, ms"]]
    rows += [[name, *_figures(found)] for name, found in times.items()]
    print(f"\n{table(rows)}")
    if json_file:
        json_file.write_text(json.dumps({"about": about, "seconds": times}, indent=1) + "\n")


def _furnish(house: House) -> dict[str, str]:
    """Two people with a PIN each; what they are called."""
    house.setup()
    secret = house.folder / "bobs-password"
    secret.write_text(ADMIN_PASSWORD + "\n")
    house.run("member", "add", BOB, "--name", "Bob Adeyemi", "--password-file", secret)
    done = subprocess.run(
        [sys.executable, "-c", GIVE_PINS, json.dumps(PINS)],
        cwd=ROOT, env=house.environment(), stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def _switch(page: Page, base: str, names: dict[str, str], count: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {LOCK: [], OPEN: [], WHOLE: []}
    page.goto(f"{base}/sign-in")
    _give_password(page, ADMIN)
    _lock(page)
    page.get_by_role("link", name="Somebody else").click()
    _give_password(page, BOB)
    for number in range(count):
        began = time.perf_counter()
        _lock(page)
        locked = time.perf_counter()
        whose = ADMIN if number % 2 == 0 else BOB
        page.get_by_label(names[whose]).click()
        page.keyboard.type(PINS[whose])
        entered = time.perf_counter()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/p/"))
        expect(page.locator(".nav .me")).to_contain_text(names[whose])
        over = time.perf_counter()
        found[LOCK].append(locked - began)
        found[OPEN].append(over - entered)
        found[WHOLE].append(over - entered + locked - began)
    return found


def _lock(page: Page) -> None:
    page.wait_for_load_state("load")  # keys work from then on
    page.keyboard.press("l")
    page.wait_for_url(re.compile("/lock$"))
    page.wait_for_load_state("load")


def _give_password(page: Page, email: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(ADMIN_PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile("/p/"))
    page.wait_for_load_state("load")


def _figures(seconds: list[float]) -> list[str]:
    """How many, and three of their places, in ms."""
    ordered = sorted(seconds)
    at = [ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)], ordered[-1]]
    return [str(len(ordered)), *(f"{1000 * one:,.0f}" for one in at)]
