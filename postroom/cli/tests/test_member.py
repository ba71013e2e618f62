import argparse
import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from postroom.cli import member
from postroom.cli.common import Failure
from postroom.practice.actions import Refused
from postroom.practice.models import AuditEvent, Factor, Invitation
from tests.support.cast import Cast


@pytest.fixture
def run(cast: Cast):
    """Run `postroom member …` for the practice tern; the status."""

    def run(*words: str) -> int:
        parser = argparse.ArgumentParser()
        member.add(parser.add_subparsers())
        args = parser.parse_args(["member", *words, "--practice", "tern"])
        return args.run(args)

    return run


def test_the_list_shows_everybody_with_role_and_state(run, cast: Cast, capsys) -> None:
    Factor.objects.create(user=cast.bob.user, kind=Factor.TOTP, created_at=timezone.now())
    assert run("list", "--json") == 0
    rows = {row["email"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert sorted(rows) == ["alice@tern.example", "bob@tern.example", "rita@tern.example"]
    bob = rows["bob@tern.example"]
    assert (bob["role"], bob["second_factor"], bob["active"]) == ("reception", True, True)
    assert not rows["rita@tern.example"]["second_factor"]
    run("list")
    assert "Rita Sand  rita@tern.example  Read only  active" in capsys.readouterr().out


def test_inviting_prints_a_link_that_works(run, capsys) -> None:
    assert run("invite", "nadia@tern.example", "--name", "Nadia", "--role", "assistant") == 0
    (line,) = capsys.readouterr().out.splitlines()
    path = re.fullmatch(r"http://localhost:8025(/invitation/[\w-]{43})", line)
    assert path
    assert Client().get(path[1]).status_code == 200
    assert Invitation.objects.get().role.key == "assistant"


@pytest.mark.parametrize(
    ("email", "role", "sentence"),
    [("nobody", "assistant", "is not an email address"), ("a@b.example", "king", "no role “king”")],
)
def test_what_cannot_be_invited_is_said(run, email: str, role: str, sentence: str) -> None:
    with pytest.raises(Failure, match=sentence):
        run("invite", email, "--name", "N", "--role", role)


def test_access_ends_from_the_shell(run, cast: Cast, capsys) -> None:
    assert run("deactivate", "Bob@tern.example") == 0
    assert capsys.readouterr().out == "Bob Adeyemi no longer has access.\n"
    assert cast.browser(cast.bob).get("/p/tern/").status_code == 404
    assert AuditEvent.objects.get(action="deactivate").who == ""


def test_the_last_administrator_stays_from_the_shell_too(run) -> None:
    with pytest.raises(Refused, match="last administrator"):
        run("deactivate", "alice@tern.example")


def test_a_member_of_another_practice_is_not_found(run) -> None:
    with pytest.raises(Failure, match="Nobody at Tern"):
        run("deactivate", "charlie@other.example")


def test_a_lost_second_factor_is_forgotten(run, cast: Cast, capsys) -> None:
    Factor.objects.create(user=cast.bob.user, kind=Factor.TOTP, created_at=timezone.now())
    assert run("reset-second-factor", "bob@tern.example") == 0
    assert capsys.readouterr().out == "1 second factor of Bob Adeyemi is forgotten.\n"
    assert not cast.bob.user.factors.exists()


def test_somebody_is_let_in_at_once_with_a_password(run, cast: Cast, tmp_path, capsys) -> None:
    file = tmp_path / "password"
    file.write_text("a-long-walk-by-the-river\n")
    words = ("--name", "Nell Quayle", "--role", "assistant", "--password-file", str(file))
    assert run("add", "nell@tern.example", *words) == 0
    assert "nell@tern.example" in capsys.readouterr().out
    nell = cast.practice.members.get(name="Nell Quayle")
    assert (nell.role.key, nell.active) == ("assistant", True)
    assert nell.user.check_password("a-long-walk-by-the-river")
    file.write_text("short\n")
    with pytest.raises(Refused):
        run("add", "other@tern.example", "--name", "Other", "--password-file", str(file))
