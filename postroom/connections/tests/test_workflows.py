"""The workflows of an account: several, and never in each other's way."""

from typing import Any

import pytest
from django.utils import timezone

from postroom.connections import trying
from postroom.connections.models import FolderState, MailAccount, Workflow
from postroom.connections.tests.test_account_pages import Server, account
from postroom.connections.trying import Step, Trial
from postroom.practice.models import AuditEvent
from tests.support.cast import Cast

GOOD = Trial([Step("name"), Step("folders"), Step("folder", "", "Lab in")])
TYPED = {
    "kind": "filing",
    "incoming": "Lab in",
    "resolved": "Resolved",
    "unresolved": "Lab open",
    "minutes": "15",
    "create_folders": "on",
    "begin": "all",
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    stand_in = Server(GOOD)
    monkeypatch.setattr(trying, "try_account", stand_in)
    return stand_in


def add(cast: Cast, post: MailAccount, **changes: str) -> Any:
    path = f"/p/tern/settings/accounts/{post.pk}/workflows/add"
    return cast.browser(cast.alice).post(path, {**TYPED, **changes})


def change(cast: Cast, work: Workflow, **changes: str) -> Any:
    path = f"/p/tern/settings/workflows/{work.pk}"
    return cast.browser(cast.alice).post(path, {**TYPED, **changes})


def test_an_account_may_do_several_things(cast: Cast, server: Server) -> None:
    post = account(cast)
    assert add(cast, post, to_group="on").status_code == 302
    assert add(cast, post, kind="inbox", after_close="resolved").status_code == 302
    kinds = [(one.kind, one.folders, one.minutes) for one in post.workflows.all()]
    assert kinds == [
        ("filing", ("Incoming", "Resolved", "Unresolved"), 5),
        ("filing", ("Lab in", "Resolved", "Lab open"), 15),
        ("inbox", ("INBOX", "Resolved"), 15),
    ]
    assert post.workflows.get(folder_in="Lab in").to_group
    assert server.asked[0][1:] == (("Lab in", "Resolved", "Lab open"), True)
    assert AuditEvent.objects.filter(object_kind="workflow", action="add").count() == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"incoming": "incoming"}, "Another workflow of this account uses this folder."),
        ({"unresolved": "Unresolved"}, "Another workflow of this account uses this folder."),
        ({"resolved": "Incoming"}, "messages would go round in circles"),
        ({"incoming": "Resolved"}, "This folder is named twice."),
        ({"incoming": "Unresolved"}, "messages would go round in circles"),
        ({"unresolved": "INBOX"}, "Filed mail cannot go back to INBOX"),
        ({"resolved": ""}, "This field is required."),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "1441"}, "less than or equal to 1440"),
        ({"incoming": "In\ncoming"}, "a line break"),
    ],
)
def test_folders_that_cannot_go_together_are_refused(
    cast: Cast, server: Server, changes: dict[str, str], words: str
) -> None:
    page = add(cast, account(cast), **changes)
    assert page.status_code == 422
    assert words in page.text.replace("&#x27;", "'")
    assert server.asked == []


def test_the_inbox_is_taken_in_once(cast: Cast, server: Server) -> None:
    post = account(cast)
    add(cast, post, kind="inbox", resolved="Done")
    page = add(cast, post, kind="inbox", resolved="Done")
    assert "Another workflow of this account uses this folder." in page.text


def test_a_folder_that_cannot_be_opened_saves_nothing(cast: Cast, server: Server) -> None:
    server.trial = Trial([Step("folder", "folder-read-only", "Lab in")])
    page = add(cast, account(cast))
    assert page.status_code == 422
    assert "The folder “Lab in” may only be read" in page.text
    assert Workflow.objects.count() == 1


def test_a_workflow_is_changed_in_place_and_keeps_its_moment(cast: Cast, server: Server) -> None:
    post, begun = account(cast), timezone.now().replace(hour=13, minute=31)
    work = post.workflows.get()
    Workflow.objects.filter(pk=work.pk).update(begins_at=begun)
    since = timezone.localtime(begun).date().isoformat()
    assert change(cast, work, begin="date", since=since).status_code == 302
    work.refresh_from_db()
    assert (work.folder_in, work.minutes, work.begins_at) == ("Lab in", 15, begun)


def test_a_resting_workflow_leaves_its_folders_to_others(cast: Cast, server: Server) -> None:
    post = account(cast)
    first = post.workflows.get()
    browser = cast.browser(cast.alice)
    browser.post(f"/p/tern/settings/workflows/{first.pk}/rest")
    assert add(cast, post, resolved="Unresolved", unresolved="Lab open").status_code == 302
    page = browser.post(f"/p/tern/settings/workflows/{first.pk}/wake", follow=True).text
    assert "messages would go round in circles" in page or "uses this folder" in page
    first.refresh_from_db()
    assert not first.active


def test_a_workflow_rests_and_wakes(cast: Cast) -> None:
    work = account(cast).workflows.get()
    browser = cast.browser(cast.alice)
    browser.post(f"/p/tern/settings/workflows/{work.pk}/rest")
    work.refresh_from_db()
    assert not work.active
    browser.post(f"/p/tern/settings/workflows/{work.pk}/wake")
    work.refresh_from_db()
    assert work.active


def test_a_resting_workflow_is_taken_up_again_by_its_folder(cast: Cast, server: Server) -> None:
    post = account(cast)
    work = post.workflows.get()
    Workflow.objects.filter(pk=work.pk).update(active=False)
    assert add(cast, post, incoming="Incoming").status_code == 302
    assert post.workflows.get().pk == work.pk


def test_known_folders_are_proposed(cast: Cast, server: Server) -> None:
    post = account(cast)
    FolderState.objects.create(practice=cast.practice, account=post, folder="Seen <before>")
    page = cast.browser(cast.alice).get(f"/p/tern/settings/accounts/{post.pk}/workflows/add").text
    assert '<option value="Seen &lt;before&gt;">' in page


def test_a_lost_key_is_said(cast: Cast) -> None:
    page = add(cast, account(cast, password_sealed="lost:AAAA"))
    assert page.status_code == 422
    assert "The key that opens the password of Front desk is not here." in page.text


def test_a_workflow_that_letters_came_by_keeps_its_kind(cast: Cast, server: Server) -> None:
    """Those in Unresolved would stay there for ever: the inbox workflow knows no such folder."""
    work = account(cast).workflows.get()
    assert change(cast, work, kind="inbox").status_code == 302
    work.refresh_from_db()
    came_by(work)
    answer = change(cast, work, kind="filing")
    assert answer.status_code == 422
    assert "Add a second workflow instead." in answer.content.decode()
    work.refresh_from_db()
    assert work.kind == "inbox"
    assert change(cast, work, kind="inbox", minutes="9").status_code == 302


def came_by(work: Workflow) -> None:
    work.sightings.create(
        practice=work.practice, account=work.account, folder=work.folder_in, uidvalidity=1, uid=1,
        content_key="0", received_at=timezone.now(), seen_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize(("letters", "status"), [(True, 422), (False, 302)])
def test_a_resting_workflow_keeps_its_kind_where_letters_came_by_it(
    cast: Cast, server: Server, letters: bool, status: int
) -> None:
    post = account(cast)
    work = post.workflows.get()
    Workflow.objects.filter(pk=work.pk).update(active=False, kind="inbox", folder_in="INBOX")
    if letters:
        came_by(work)
    answer = add(cast, post, incoming="INBOX")
    assert answer.status_code == status
    assert ("A workflow at rest has this folder" in answer.text) == letters
    assert post.workflows.get().kind == ("inbox" if letters else "filing")


def test_no_workflow_is_changed_over_one_that_rests(cast: Cast, server: Server) -> None:
    post = account(cast)
    resting = post.workflows.create(practice=cast.practice, folder_in="Lab in", active=False)
    answer = change(cast, post.workflows.exclude(pk=resting.pk).get())
    assert answer.status_code == 422
    assert "A workflow at rest has this folder" in answer.text


def test_a_second_workflow_is_offered_for_the_inbox(cast: Cast, server: Server) -> None:
    post = account(cast)
    path = f"/p/tern/settings/accounts/{post.pk}/workflows/add"
    assert cast.browser(cast.alice).get(path).context["form"]["kind"].value() == "inbox"
    post.workflows.update(active=False)
    assert cast.browser(cast.alice).get(path).context["form"]["kind"].value() == "filing"
