"""Searched words are found where they stand, however the text is written."""

import pytest

from postroom.kit.marking import excerpt, pieces


def shown(parts):
    return "".join(f"[{part.text}]" if part.marked else part.text for part in parts)


@pytest.mark.parametrize(
    ("text", "words", "beginning", "expected"),
    [
        ("The left leg.", ["left", "leg"], "", "The [left] [leg]."),
        ("Éloïse a MANGÉ", ["eloise", "mange"], "", "[Éloïse] a [MANGÉ]"),
        ("du cœur de bœuf, cœur", ["coeur"], "", "du [cœur] de bœuf, [cœur]"),
        ("E\u0301loi\u0308se, decomposed", ["eloise"], "", "[E\u0301loi\u0308se], decomposed"),
        ("vaccination, vaccine", [], "vacc", "[vaccination], [vaccine]"),
        ("legs and leg", ["leg"], "", "legs and [leg]"),
        ("left-leg_2.jpg", ["leg"], "", "left-[leg]_2.jpg"),
        ("<b>leg</b> & co", ["leg", "co"], "", "<b>[leg]</b> & [co]"),
        ("nothing here", [], "", "nothing here"),
        ("", ["leg"], "", ""),
    ],
)
def test_words_are_marked_as_they_were_written(text, words, beginning, expected):
    assert shown(pieces(text, words, beginning)) == expected


def test_an_excerpt_begins_a_little_before_the_word_and_is_one_line():
    text = "so\n" * 200 + "then the leg\r\n\thurts " + "more " * 200
    line = shown(excerpt(text, ["leg"], length=60))
    assert line.startswith("…so so") or line.startswith("…")
    assert "then the [leg] hurts more" in line
    assert line.endswith("more…")
    assert len(line) <= 64
    assert "\n" not in line


def test_a_text_without_the_words_gives_no_excerpt():
    assert excerpt("nothing here", ["leg"]) == []


def test_a_very_long_word_is_cut_all_the_same():
    assert len(shown(excerpt("x" * 500 + " leg " + "y" * 5000, ["leg"], length=80))) <= 84
