"""The settings of a mailbox, guessed from its address."""

from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.name
import dns.resolver
import pytest

from postroom.connections import domains
from postroom.connections.guessing import guess
from postroom.connections.providers import PROVIDERS, provider_of_host


@dataclass
class Mx:
    preference: int
    exchange: dns.name.Name


@dataclass
class Srv:
    priority: int
    weight: int
    port: int
    target: dns.name.Name


class Dns:
    """Answers from `rows`; what is not there is not there."""

    def __init__(self, rows: dict[tuple[str, str], list[Any]]) -> None:
        self.rows = rows

    def resolve(self, name: str, kind: str, lifetime: float) -> list[Any]:
        assert lifetime <= 3
        if (name, kind) not in self.rows:
            raise dns.resolver.NXDOMAIN
        return self.rows[name, kind]


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], list[Any]]:
    rows: dict[tuple[str, str], list[Any]] = {}
    monkeypatch.setattr(dns.resolver, "Resolver", lambda: Dns(rows))
    return rows


def name(text: str) -> dns.name.Name:
    return dns.name.from_text(text)


@pytest.mark.parametrize(
    ("address", "host", "user"),
    [
        ("anna@gmail.com", "imap.gmail.com", "anna@gmail.com"),
        ("Anna@GMX.net", "imap.gmx.net", "Anna@GMX.net"),
        ("anna@outlook.com", "outlook.office365.com", "anna@outlook.com"),
        ("anna@free.fr", "imap.free.fr", "anna"),
        ("anna@laposte.net", "imap.laposte.net", "anna"),
        ("anna@bluewin.ch", "imaps.bluewin.ch", "anna@bluewin.ch"),
    ],
)
def test_a_common_provider_is_in_the_table(zone: Any, address: str, host: str, user: str) -> None:
    found = guess(address)
    assert (found.by, found.host, found.port, found.security) == ("table", host, 993, "tls")
    assert found.user == user
    assert found.sure


def test_a_domain_of_ones_own_is_known_by_who_takes_in_its_mail(zone: Any) -> None:
    zone["tern.example", "MX"] = [
        Mx(20, name("backup.tern.example.")),
        Mx(10, name("tern-example.mail.protection.OUTLOOK.com.")),
    ]
    found = guess("desk@tern.example")
    assert (found.by, found.host) == ("mx", "outlook.office365.com")
    assert found.user == "desk@tern.example"
    assert found.sure


def test_a_name_that_only_ends_alike_is_another(zone: Any) -> None:
    zone["tern.example", "MX"] = [Mx(10, name("mx.notgoogle.com."))]
    assert guess("desk@tern.example").by == "proposed"


def test_a_domain_announces_its_server(zone: Any) -> None:
    zone["_imaps._tcp.tern.example", "SRV"] = [
        Srv(20, 0, 993, name("second.example.")),
        Srv(10, 1, 1993, name("mail.example.")),
    ]
    found = guess("desk@tern.example")
    assert (found.by, found.host, found.port) == ("srv", "mail.example", 1993)
    assert not found.sure


def test_a_service_that_is_decidedly_not_there_is_passed_over(zone: Any) -> None:
    zone["_imaps._tcp.tern.example", "SRV"] = [Srv(0, 0, 0, name("."))]
    zone["_imap._tcp.tern.example", "SRV"] = [Srv(0, 0, 143, name("mail.example."))]
    found = guess("desk@tern.example")
    assert (found.host, found.port, found.security) == ("mail.example", 143, "starttls")


def test_where_nothing_is_known_the_usual_name_is_proposed(zone: Any) -> None:
    found = guess("desk@tern.example")
    assert (found.by, found.host, found.port) == ("proposed", "imap.tern.example", 993)
    assert not found.sure


@pytest.mark.parametrize("error", [dns.exception.Timeout, dns.resolver.NoNameservers, OSError])
def test_a_silent_dns_is_no_trouble(monkeypatch: pytest.MonkeyPatch, error: type) -> None:
    def no_answer(*_args: Any, **_more: Any) -> None:
        raise error

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", no_answer)
    assert domains.imap_of("tern.example") is None
    assert domains.mail_servers("tern.example") == []


def test_a_machine_without_a_resolver_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", none)
    assert guess("desk@tern.example").by == "proposed"


def test_a_provider_without_imap_has_a_sentence_and_no_host(zone: Any) -> None:
    found = guess("anna@proton.me")
    assert (found.by, found.host, found.sure) == ("none", "", False)
    assert found.provider
    assert "Bridge" in str(found.provider.note)


def test_the_table_has_no_domain_twice_and_no_plain_connection() -> None:
    named = [domain for provider in PROVIDERS for domain in provider.domains]
    assert len(named) == len(set(named))
    assert all(provider.host or provider.note for provider in PROVIDERS)
    assert {(one.port, one.security) for one in PROVIDERS} == {(993, "tls")}
    assert all(provider_of_host(one.host) for one in PROVIDERS if one.host)
