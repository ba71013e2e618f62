import json

import pytest

from postroom.kit.addresses import normalise_email
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
