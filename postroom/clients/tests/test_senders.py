"""The page Senders: what is done with letters of an address or a domain."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client as Browser
from django.utils import timezone

from postroom.clients.models import SenderRule
from postroom.practice.models import AuditEvent, Member
from tests.support.cast import Cast

PAGE = "/p/tern/settings/senders"


@pytest.fixture
def alice(cast: Cast) -> Browser:
    return cast.browser(cast.alice)


def add(browser: Browser, senders: str, kind: str = "ignore") -> Any:
    return browser.post(PAGE, {"senders": senders, "kind": kind})


def held() -> dict[str, str]:
    return dict(SenderRule.objects.values_list("pattern", "kind"))


def make(member: Member, pattern: str = "news.example", kind: str = "ignore") -> SenderRule:
    return SenderRule.objects.create(
        practice=member.practice, pattern=pattern, kind=kind, by=member, at=timezone.now()
    )


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_addresses_and_domains_are_pasted_as_they_come(alice: Browser) -> None:
    text = "Offers@Shop.example\n@news.example, Ana Silva <ana@silva.example>; BÜCHER.example\n\n"
    answer = add(alice, text)
    assert answer.status_code == 302
    assert held() == dict.fromkeys(
        ["offers@shop.example", "news.example", "ana@silva.example", "xn--bcher-kva.example"],
        "ignore",
    )


def test_a_sender_ruled_from_another_page_leaves_that_page_standing(alice: Browser) -> None:
    asked = {"senders": "lab@lab.example", "kind": "professional"}
    answer = alice.post(PAGE, asked, headers={"HX-Request": "true"})
    assert (answer.status_code, held()) == (200, {"lab@lab.example": "professional"})
    assert "A professional</span>" in answer.text
    asked["senders"] = "nobody"
    answer = alice.post(PAGE, asked, headers={"HX-Request": "true"})
    assert 'role="alert"' in answer.text
    assert len(held()) == 1


def test_the_same_again_is_one_and_another_kind_replaces_it(cast: Cast, alice: Browser) -> None:
    add(alice, "lab.example lab.example")
    add(alice, "lab.example", "professional")
    assert held() == {"lab.example": "professional"}
    lines = AuditEvent.objects.filter(object_kind="sender").order_by("pk")
    assert [(line.action, line.member) for line in lines] == [
        ("add", cast.alice),
        ("change", cast.alice),
    ]
    assert lines[1].data == {"kind": ["ignore", "professional"], "domain": "lab.example"}
    answer = add(alice, "lab.example", "professional")
    assert [str(m) for m in get_messages(answer.wsgi_request)][-1] == (
        "They were in the list already."
    )


@pytest.mark.parametrize("kind", ["ignore", "own", "professional"])
@pytest.mark.parametrize("domain", ["gmail.com", "@Orange.FR", "co.uk", "outlook.com"])
def test_where_anybody_has_an_address_there_is_no_rule(
    alice: Browser, kind: str, domain: str
) -> None:
    answer = add(alice, domain, kind)
    assert answer.status_code == 422
    assert "Anybody can have an address at" in words(answer)
    assert held() == {}


def test_a_single_address_at_a_public_provider_is_allowed(alice: Browser) -> None:
    add(alice, "offers.shop@gmail.com")
    assert held() == {"offers.shop@gmail.com": "ignore"}


def test_a_form_is_named_by_its_address_never_by_its_domain(alice: Browser) -> None:
    answer = add(alice, "forms.example", "form")
    assert answer.status_code == 422
    assert "trusted by its whole address" in words(answer)
    add(alice, "wp@forms.example", "form")
    assert held() == {"wp@forms.example": "form"}


@pytest.mark.parametrize(
    "text", ["", "   ", "good@shop.example\nnot an address", "localhost", "a@b@c"]
)
def test_what_is_neither_is_said_and_nothing_is_added(alice: Browser, text: str) -> None:
    assert add(alice, text).status_code == 422
    assert held() == {}


def test_what_was_typed_stays_when_it_is_refused(alice: Browser) -> None:
    assert "good@shop.example, not-one" in words(add(alice, "good@shop.example, not-one"))


def test_whom_mail_is_trusted_for_is_the_settings_to_say(cast: Cast) -> None:
    bob = cast.browser(cast.bob)  # files letters, and has no right to the settings
    add(bob, "news.example", "ignore")
    add(bob, "lab.example", "professional")
    assert add(bob, "tern.example", "own").status_code == 422
    assert add(bob, "wp@tern.example", "form").status_code == 422
    assert held() == {"news.example": "ignore", "lab.example": "professional"}
    own = make(cast.alice, "tern.example", "own")
    assert bob.post(f"{PAGE}/{own.pk}/remove").status_code == 403
    assert bob.post(f"{PAGE}/{own.pk}", {"kind": "ignore"}).status_code == 403
    assert held()["tern.example"] == "own"


def test_a_rule_is_changed_and_removed(cast: Cast, alice: Browser) -> None:
    rule = make(cast.alice)
    alice.post(f"{PAGE}/{rule.pk}", {"kind": "professional"})
    assert held() == {"news.example": "professional"}
    alice.post(f"{PAGE}/{rule.pk}", {"kind": "form"})  # a domain is no form
    alice.post(f"{PAGE}/{rule.pk}", {"kind": "nonsense"})
    assert held() == {"news.example": "professional"}
    alice.post(f"{PAGE}/{rule.pk}/remove")
    assert held() == {}
    line = AuditEvent.objects.filter(object_kind="sender").latest("pk")
    assert (line.action, line.object_id) == ("remove", rule.pk)
    assert line.data == {"kind": "professional", "domain": "news.example"}


def test_the_list_is_searched_and_goes_on_page_by_page(cast: Cast, alice: Browser) -> None:
    add(alice, "\n".join(f"shop{n:03}.example" for n in range(120)))
    make(cast.charlie, "theirs.example")
    first = alice.get(PAGE)
    assert len(first.context["rules"]) == 100
    second = alice.get(PAGE, {"after": first.context["next"]})
    assert [rule.pattern for rule, *_ in second.context["rules"]][-1] == "shop119.example"
    assert len(second.context["rules"]) == 20
    found = alice.get(PAGE, {"q": "SHOP007"}).context["rules"]
    assert [rule.pattern for rule, *_ in found] == ["shop007.example"]
    assert alice.get(PAGE, {"kind": "own"}).context["rules"] == []
    assert "No sender is like this." in words(alice.get(PAGE, {"kind": "own"}))


def test_too_many_at_once_are_refused_in_words(alice: Browser) -> None:
    answer = add(alice, "\n".join(f"shop{n}.example" for n in range(1001)))
    assert answer.status_code == 422
    assert "At most 1000 at once." in words(answer)
    assert held() == {}
