"""Judgement of the register, without database or wire."""

from postroom.register import rules


def test_copies_fold_by_message_id_sender_body_and_files():
    key = rules.fold_key("<1@x>", ["a@x"], "text", "", ["aa"])
    assert key == rules.fold_key("<1@x>", ["a@x"], "text", "", ["aa"])
    others = [
        rules.fold_key("<2@x>", ["a@x"], "text", "", ["aa"]),
        rules.fold_key("<1@x>", ["a@x"], "text!", "", ["aa"]),
        rules.fold_key("<1@x>", ["a@x"], "", "text", ["aa"]),
        rules.fold_key("<1@x>", ["a@x"], "text", "", []),
        rules.fold_key("<1@x>", ["b@x"], "text", "", ["aa"]),
    ]
    assert key not in others
    assert len(set(others)) == 5


def test_a_letter_without_message_id_is_never_folded():
    assert rules.fold_key("", ["a@x"], "text", "", []) == ""
