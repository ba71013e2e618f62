import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom.kit.text import NAME_LIMIT, clean, fold, safe_file_name, snippet


def test_clean_drops_nul_and_controls_but_keeps_tabs_and_line_ends():
    assert clean("a\x00b\x07c\x1b[0m\td\r\ne\rf\ng\x7f") == "abc[0m\td\ne\nf\ng"


def test_clean_replaces_lone_surrogates():
    assert clean("caf\udce9 😀") == "caf\ufffd 😀"
    clean("\ud800").encode()


def test_clean_leaves_good_text_alone():
    text = "Déjà vu — œuvre 東京 😀\n\tindented\n"
    assert clean(text) is text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élodie ÇA", "elodie ca"),
        ("Œuvre Ægir", "oeuvre aegir"),
        ("Straße GROẞ", "strasse gross"),
        ("Søren Łukasz Đuro", "soren lukasz duro"),
        ("İstanbul ısı", "istanbul isi"),
        ("ﬁn ①", "fin 1"),
        ("PLAIN", "plain"),
    ],
)
def test_fold_makes_words_findable_without_accents(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["Œ™ǅ", "ŒUVRE", "ΐ", "ẞ", "Ǆ", "ﷺ"])
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_no_accent_is_left_after_folding(text):
    assert not any(map(unicodedata.combining, fold(text)))


def test_folding_loses_only_the_accents_of_a_text_with_every_one_of_them():
    every = [chr(code) for code in range(0x300, 0x345) if unicodedata.combining(chr(code))]
    assert len(every) > 60
    assert fold("".join(f"e{mark}" for mark in every)) == "e" * len(every)


def test_snippet_skips_quotes_and_signature():
    text = "> earlier words\nMerci,  c'est\n noté.\n-- \nDr Martin\n+33 1 23"
    assert snippet(text) == "Merci, c'est noté."


@pytest.mark.parametrize(
    "line",
    [
        "On Tue, 1 Jul 2025 at 10:52, Anna <anna@example.net> wrote:",
        "Le mar. 1 juil. 2025 à 10:52, Anna <anna@example.net> a écrit :",
        "Am 01.07.2025 um 10:52 schrieb Anna <anna@example.net>:",
        "-----Original Message-----",
    ],
)
def test_snippet_stops_where_an_older_mail_begins(line):
    assert snippet(f"Oui.\n{line}\n> Venez-vous ?") == "Oui."


def test_snippet_of_a_mail_of_quotes_shows_the_quotes():
    assert snippet("> Venez-vous ?\n> Merci") == "> Venez-vous ? > Merci"


def test_snippet_is_cut_at_a_word():
    cut = snippet("mot " * 100, 20)
    assert cut == "mot mot mot mot…"
    assert len(snippet("x" * 1000, 20)) == 20
    assert snippet("", 20) == ""


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("../../../etc/cron.d/x", "x"),
        ("C:\\Windows\\system32\\x.dll", "x.dll"),
        ("invoice_\u202egnp.exe", "invoice_gnp.exe"),
        ("a\tb.pdf", "a b.pdf"),
        ("a\x00b\x1f.pdf", "ab.pdf"),
        ("CON.txt", "_CON.txt"),
        ("aux", "_aux"),
        ("lpt1 .doc", "_lpt1 .doc"),
        ("console.txt", "console.txt"),
        (".htaccess", "htaccess"),
        ("...", ""),
        ("name. . ", "name"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("photo.jpg            .scr", "photo.jpg .scr"),
        ("été à Nîmes.pdf", "été à Nîmes.pdf"),
        ("a\udce9.pdf", "a\ufffd.pdf"),
        ("", ""),
    ],
)
def test_file_names_are_made_safe(name, safe):
    assert safe_file_name(name) == safe


def test_a_long_file_name_keeps_its_extension():
    name = safe_file_name("a" * 400 + ".pdf")
    assert len(name) == NAME_LIMIT
    assert name.endswith("a.pdf")
    assert len(safe_file_name("a." + "b" * 400)) == NAME_LIMIT


@pytest.mark.parametrize("name", ["x/../.. .", "\u202e.", ".\u200b.a", "._ con", "nul.tar.gz"])
def test_making_a_name_safe_twice_changes_nothing(name):
    assert safe_file_name(safe_file_name(name)) == safe_file_name(name)
