"""The word in an address that leads an answer to its conversation."""

from typing import Any

import pytest

from postroom.kit.mime import read
from postroom.register import joining
from postroom.register.models import Thread
from postroom.register.reply_tokens import conversation_of, conversations_named, reply_token
from postroom.register.tests.test_conversations import come, together, written
from tests.support.cast import Cast


def test_an_answer_finds_its_conversation_by_our_word_under_any_subject(cast: Cast) -> None:
    (first,) = come(cast.practice, written("1"))
    thread = joining.conversation_for(first)
    assert joining.conversation_for(first) == thread
    token = reply_token(cast.practice.pk, thread.pk)
    assert len(f"frontdesk+{token}") <= 64
    come(
        cast.practice,
        written("2", to=f"Desk <DESK+{token.upper()}@tern.example>", subject="Other"),
        written("3", [f"{token}.4f2a"]),  # in the Message-ID of what we sent
    )
    assert together() == [["Letter 1", "Other", "Letter 3"]]


def test_the_headers_are_believed_before_the_word(cast: Cast) -> None:
    _, other = come(cast.practice, written("1"), written("2"))
    token = reply_token(cast.practice.pk, joining.conversation_for(other).pk)
    come(cast.practice, written("3", ["1"], to=f"desk+{token}@tern.example"))
    assert sorted(together()) == [["Letter 1", "Letter 3"], ["Letter 2"]]


@pytest.mark.parametrize("at", [0, 2, -1, -13])
def test_a_word_with_one_letter_changed_names_nothing(at: int) -> None:
    token = reply_token(7, 4182)
    assert conversation_of(token.upper()) == (7, 4182)
    changed = "3" if token[at] == "2" else "2"
    forged = token[: at % len(token)] + changed + token[at % len(token) + 1 :]
    assert forged != token
    assert conversation_of(forged) is None


@pytest.mark.parametrize("text", ["", "-", "1-1", "1-1-", f"1-1-{'a' * 26}", f"{'z' * 14}-1-a"])
def test_what_is_no_word_of_ours_names_nothing(text: str) -> None:
    assert conversation_of(text) is None


def test_a_word_of_another_practice_is_worth_nothing_here(cast: Cast) -> None:
    (theirs,) = come(cast.other, written("1"))
    token = reply_token(cast.other.pk, joining.conversation_for(theirs).pk)
    come(cast.practice, written("2", to=f"desk+{token}@tern.example"))
    assert together() == [["Letter 1"]]


def test_a_word_made_with_an_older_key_still_names_its_conversation(settings: Any) -> None:
    token, old = reply_token(1, 2), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key by now", [old]
    assert reply_token(1, 2) != token
    assert conversation_of(token) == (1, 2)
    settings.SECRET_KEY_FALLBACKS = []
    assert conversation_of(token) is None


def test_the_word_of_a_conversation_that_went_into_another_leads_there(cast: Cast) -> None:
    one, other = come(cast.practice, written("1"), written("3", ["2"]))
    first, second = joining.conversation_for(one), joining.conversation_for(other)
    come(cast.practice, written("2", ["1"]))
    token = reply_token(cast.practice.pk, second.pk)
    come(cast.practice, written("4", to=f"desk+{token}@tern.example"))
    assert together() == [[f"Letter {n}" for n in (1, 2, 3, 4)]]
    assert joining.current(Thread.objects.get(pk=second.pk)) == first


def test_a_letter_may_name_many_things_and_only_words_of_ours_count() -> None:
    token = reply_token(1, 2)
    letter = read(
        written("1", to=f"x-{token}@a.example, {token}@b.example, desk+{token}@c.example")
    )
    assert conversations_named(letter) == [(1, 2)]
    assert conversations_named(read(written("1", to=f"a@{token}.example"))) == []
