import json

import pytest

from postroom.kit.addresses import alike, domains_of, normalise_domain, normalise_email
from tests.support.real_data import FOLDER


@pytest.mark.parametrize(
    ("written", "norm"),
    [
        ("Anna@Example.NET", "anna@example.net"),
        ("  anna@example.net ", "anna@example.net"),
        ("anna+tag@example.net", "anna+tag@example.net"),
        ("o'neil@example.net", "o'neil@example.net"),
        ("john@x", "john@x"),
        ("anna@Bücher.example", "anna@xn--bcher-kva.example"),
        ("anna@XN--BCHER-KVA.example", "anna@xn--bcher-kva.example"),
        ("anna@bücher。example", "anna@xn--bcher-kva.example"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("E\u0301lodie@example.net", "élodie@example.net"),
        ('"anna"@example.net', "anna@example.net"),
    ],
)
def test_one_mailbox_has_one_form(written, norm):
    assert normalise_email(written) == norm


@pytest.mark.parametrize(
    "written",
    [
        "",
        "anna",
        "@example.net",
        "anna@",
        "anna@example.net.",
        "anna@bücher.example。",
        "anna@example..net",
        "anna@-example.net",
        "anna@exa_mple.net",
        "a b@example.net",
        "anna@@example.net",
        "anna@x@example.net",
        ".anna@example.net",
        "an..na@example.net",
        "anna@1.2.3.4",
        "anna@[1.2.3.4]",
        '"an na"@example.net',
        "anna(comment)@example.net",
        "<anna@example.net>",
        "anna@example.net\r\nBcc: all@example.net",
        "anna@example.net\n",
        "anna\x00@example.net",
        "anna@example.net,bob@example.net",
        "anna@xn--\u00fc.example",
        "anna@xn--0.example",
        "a" * 65 + "@example.net",
        "anna@" + "a" * 64 + ".net",
        "anna@" + "a." * 125 + "net",
        "anna@" + "é" * 100_000,
        "anna@\ud800.example",
        "\udce9@example.net",
    ],
)
def test_what_is_no_plain_address_is_refused(written):
    assert normalise_email(written) == ""


def test_norm_of_a_norm_is_itself():
    for written in ("Élodie@Bücher.example", "A.B+c@X.example", "ß@ß.example"):
        norm = normalise_email(written)
        assert norm
        assert normalise_email(norm) == norm


def test_nothing_that_is_email_calls_invalid_is_accepted():
    cases = json.loads((FOLDER / "addresses" / "isemail.json").read_text())["cases"]
    accepted = [case for case in cases if normalise_email(case["address"])]
    assert [case["id"] for case in accepted if not case["valid"]] == []
    assert len(accepted) >= 25


def test_an_address_lies_under_its_domain_and_those_above_it_but_no_single_label():
    assert domains_of("a@post.lab.example") == ("post.lab.example", "lab.example")
    assert domains_of("a@example") == ()
    assert domains_of("") == ()


@pytest.mark.parametrize(
    ("written", "domain"),
    [("@Lab.Example", "lab.example"), (" bücher.example ", "xn--bcher-kva.example"), ("a b", "")],
)
def test_a_domain_is_compared_as_the_end_of_an_address(written, domain):
    assert normalise_domain(written) == domain


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ana.silva@gmail.com", "anasilva+vet@googlemail.com", True),
        ("ana+vet@silva.example", "ana@silva.example", True),
        ("ana.silva@silva.example", "anasilva@silva.example", False),
        ("+ana@silva.example", "+bo@silva.example", False),
    ],
)
def test_dots_and_tags_make_an_address_alike_where_mail_hosts_do_so(one, other, same):
    assert (alike(one) == alike(other)) == same
