"""What was typed for an account."""

from datetime import timedelta

import pytest

from postroom.connections.rules import BACK_TO_INBOX, TWICE, back_off, folder_faults, one_spelling


@pytest.mark.parametrize(
    ("folders", "faults"),
    [
        (("Incoming", "Resolved", "Unresolved"), {}),
        (("INBOX", "Resolved", "Unresolved"), {}),
        (("Incoming", "incoming", "Unresolved"), {1: TWICE}),
        (("Incoming", "Resolved", "RESOLVED"), {2: TWICE}),
        (("Été", "Resolved", "été"), {2: TWICE}),
        (("Incoming", "inbox", "Unresolved"), {1: BACK_TO_INBOX}),
        (("Incoming", "Resolved", "Inbox"), {2: BACK_TO_INBOX}),
        (("inbox", "INBOX", "inbox"), {1: TWICE, 2: TWICE}),
        (("Incoming", "", ""), {}),
    ],
)
def test_each_of_the_three_folders_needs_its_own(folders, faults) -> None:
    assert folder_faults(folders) == faults


def test_inbox_has_one_spelling_and_no_other_name_is_touched() -> None:
    assert [one_spelling(name) for name in ("inbox", "Inbox", "INBOX")] == ["INBOX"] * 3
    assert [one_spelling(name) for name in ("Incoming", "inbox/new")] == ["Incoming", "inbox/new"]


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 60), (1, 120), (2, 240), (5, 1920), (6, 3600), (400, 3600)]
)
def test_each_failure_doubles_the_wait_up_to_an_hour(failures, seconds):
    assert back_off(failures, 60) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("failures", "seconds"), [(0, 60), (1, 120), (2, 86400), (9, 86400)])
def test_a_password_is_refused_three_times_and_then_the_account_rests(failures, seconds):
    assert back_off(failures, 60, final=True) == timedelta(seconds=seconds)
