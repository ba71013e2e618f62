"""Who comes in by which token, and what the API tells everybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from postroom.api.tests.system import ONE_OF_EACH, System, make_token, problem
from postroom.api.v1 import api
from postroom.appointments.models import Appointment, DueItem
from postroom.clients.models import Client, ContactPoint
from postroom.connections.models import MailAccount
from postroom.practice.models import AccessToken, AuditEvent, Practice, Source
from tests.support.cast import Cast

SCHEMA = api.get_openapi_schema()
ROUTES = [
    (method.upper(), path.removeprefix("/api/v1"))
    for path, methods in SCHEMA["paths"].items()
    for method in methods
]


def spoken(path: str) -> str:
    return path.replace("{ref}", "4182").replace("{other}", "4183")


def body_of(path: str, method: str) -> Any:
    kind = path.split("/")[1]
    if method == "GET":
        return None
    one = ONE_OF_EACH[kind]
    return one if method == "PUT" else [{"reference": "1", **one}]


def test_the_schema_tells_eleven_routes() -> None:
    assert len(ROUTES) == 11
    assert all(
        "BearerAuth" in str(m["security"]) or "Bearer" in str(m["security"])
        for methods in SCHEMA["paths"].values()
        for m in methods.values()
    )


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer wrong", "Bearer postroom_wrong", "Basic YTpi"]
)
def test_without_a_good_token_nobody_comes_in(
    method: str, path: str, header: str | None, cast: Cast
) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = Browser().generic(method, f"/api/v1{spoken(path)}", b"{}", headers=headers)
    problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_session_does_not_count(method: str, path: str, cast: Cast) -> None:
    problem(cast.browser(cast.alice).generic(method, f"/api/v1{spoken(path)}", b"{}"), 401)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_token_that_is_over_or_taken_back_opens_nothing(
    method: str, path: str, cast: Cast
) -> None:
    for change in (
        {"expires_at": timezone.now() - timedelta(days=1)},
        {"revoked_at": timezone.now()},
    ):
        row, words = make_token(cast.practice)
        AccessToken.objects.filter(pk=row.pk).update(**change)
        problem(System(words)(method, spoken(path), body_of(path, method)), 401)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_practices_token_touches_nothing_here(
    method: str, path: str, cast: Cast, system: System
) -> None:
    for kind, one in ONE_OF_EACH.items():
        system("PUT", f"/{kind}/4182", one)
    MailAccount.objects.create(practice=cast.practice, name="Desk", host="imap.example")
    before = everything(cast.practice)
    theirs = System(make_token(cast.other)[1])
    answer = theirs(method, spoken(path), body_of(path, method))
    assert everything(cast.practice) == before
    if method == "GET":
        assert answer.json()["accounts"] == []
    elif method == "DELETE" or "merge" in path:
        problem(answer, 404)
    else:
        assert answer.json()["created"] == 1


def everything(practice: Practice) -> list[Any]:
    return [
        list(model.objects.filter(practice=practice).order_by("pk").values())
        for model in (Client, ContactPoint, Appointment, DueItem, Source, AuditEvent)
    ]


def test_what_the_api_understands_is_told_to_everybody() -> None:
    answer = Browser().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert set(answer.json()["paths"]) == set(SCHEMA["paths"])


def test_there_is_no_page_of_documents_that_loads_scripts_from_elsewhere() -> None:
    assert Browser().get("/api/v1/docs").status_code == 404
