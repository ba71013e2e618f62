import io

import pytest

from postroom.clients import checking, imports
from postroom.clients.actions import remember_address
from postroom.clients.importing import read_clients
from postroom.clients.imports import import_clients
from postroom.clients.matching import match_all
from postroom.clients.models import Client, Contact, ContactLink, ContactPoint, Patient
from postroom.clients.rules import One
from postroom.clients.tests.conftest import NOW
from postroom.clients.words import sentence
from postroom.practice.models import AuditEvent

HEADER = "reference,name,email,phone,group,language,birth_date,patients\n"
ANA = "C1,Ana Ruiz,a@x.example;b@x.example,020 7946 0018,Ruiz,fr,1980-12-31,Biscuit (dog)\n"


def counts(report):
    return (report.created, report.updated, report.unchanged, report.skipped)


def emails(client):
    points = ContactPoint.objects.filter(contact__links__client=client, kind="email")
    return sorted(points.values_list("norm", flat=True))


def test_a_new_client_comes_with_everything(cast, bring):
    assert counts(bring(HEADER + ANA)) == (1, 0, 0, 0)
    ana = Client.objects.get(practice=cast.practice, ref="C1")
    assert (ana.name, ana.language, ana.birth_date.year) == ("Ana Ruiz", "fr", 1980)
    assert emails(ana) == ["a@x.example", "b@x.example"]
    assert ana.contacts.get().points.get(kind="phone").norm == "+442079460018"
    assert [point.norm for point in ana.contacts.get().points.filter(preferred=True)] == [
        "a@x.example",
        "+442079460018",
    ]
    assert [group.name for group in ana.groups.all()] == ["Ruiz"]
    assert [(p.name, p.kind) for p in ana.patients.all()] == [("Biscuit", "dog")]
    assert match_all(cast.practice.pk, ["A@x.example"]) == {"A@x.example": One(ana.pk)}


@pytest.mark.parametrize("words", ["ruiz", "c1", "biscuit", "b@x", "02079460018", "442079"])
def test_a_new_client_is_found_by_any_of_its_words(bring, words):
    bring(HEADER + ANA)
    assert Client.objects.search(words).get().ref == "C1"


def test_the_same_file_again_changes_nothing(cast, bring):
    bring(HEADER + ANA)
    before = list(Client.objects.values())
    assert counts(bring(HEADER + ANA)) == (0, 0, 1, 0)
    assert list(Client.objects.values()) == before
    assert AuditEvent.objects.filter(action="import_clients").count() == 1


def test_what_the_file_changes_is_changed_and_what_it_drops_is_gone(cast, bring):
    bring(HEADER + ANA)
    key = Client.objects.get(ref="C1").pk
    changed = "C1,Ana Díaz,b@x.example;c@x.example,,Díaz,en,,Maple (cat)\n"
    assert counts(bring(HEADER + changed)) == (0, 1, 0, 0)
    ana = Client.objects.get(ref="C1")
    assert (ana.pk, ana.name, ana.language, ana.birth_date) == (key, "Ana Díaz", "en", None)
    assert ana.contacts.get().name == "Ana Díaz"
    assert emails(ana) == ["b@x.example", "c@x.example"]
    assert not ana.contacts.get().points.filter(kind="phone").exists()
    assert [group.name for group in ana.groups.all()] == ["Díaz"]
    assert [patient.name for patient in ana.patients.all()] == ["Maple"]
    assert not Client.objects.search("biscuit").exists()
    assert Client.objects.search("diaz maple").get() == ana
    assert counts(bring(HEADER + changed)) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "changed",
    [
        ANA.replace("Ana Ruiz", "Ana Diaz"),
        ANA.replace("b@x.example", "B@x.example"),
        ANA.replace("020 7946 0018", "+44 20 7946 0018"),
        ANA.replace("Ruiz,fr", "Ruiz;Diaz,fr"),
        ANA.replace(",fr,", ",en,"),
        ANA.replace("(dog)", "(chien)"),
        ANA.replace("Biscuit (dog)", "Biscuit (dog); Biscuit (cat)"),
        ANA.replace("1980", "1981"),
    ],
)
def test_any_one_change_is_one_update_and_then_nothing(bring, changed):
    bring(HEADER + ANA)
    assert counts(bring(HEADER + changed)) == (0, 1, 0, 0)
    assert counts(bring(HEADER + changed)) == (0, 0, 1, 0)
    assert counts(bring(HEADER + ANA)) == (0, 1, 0, 0)
    assert counts(bring(HEADER + ANA)) == (0, 0, 1, 0)


def test_columns_the_file_lacks_are_left_alone(bring):
    bring(HEADER + ANA)
    assert counts(bring("reference,name\nC1,Ana Ruiz\n")) == (0, 0, 1, 0)
    ana = Client.objects.get(ref="C1")
    assert len(emails(ana)) == 2
    assert ana.patients.count() == ana.groups.count() == 1


def test_an_address_remembered_by_hand_is_kept(cast, bring):
    bring(HEADER + ANA)
    ana = Client.objects.get(ref="C1")
    remember_address(ana, "new@x.example", by=cast.bob, now=NOW)
    assert counts(bring(HEADER + ANA)) == (0, 0, 1, 0)
    bring(HEADER + ANA.replace("Ana Ruiz", "Ana Díaz"))
    assert "new@x.example" in emails(ana)
    assert Client.objects.search("new@x.example").get() == ana


def test_a_patient_of_another_source_is_recognised_by_name_and_never_taken_away(bring):
    bring(HEADER + ANA)
    ana = Client.objects.get(ref="C1")
    for ref, name in [("P7", "Maple"), ("P8", "Ziggy")]:
        Patient.objects.create(practice=ana.practice, client=ana, ref=ref, name=name)
    bring(HEADER + ANA.replace("Biscuit (dog)", "maple (cat)"))
    assert sorted(ana.patients.values_list("ref", "name", "kind")) == [
        ("P7", "maple", "cat"),
        ("P8", "Ziggy", ""),
    ]


def test_a_client_made_by_hand_is_taken_up_by_its_reference(cast, bring):
    report = bring("reference,name,email\n4182,Hollis Farrow,hollis@new.example\n")
    assert counts(report) == (0, 1, 0, 0)
    assert len(emails(cast.hollis)) == 3


def test_a_contact_shared_with_another_client_keeps_that_client_findable(cast, bring):
    bring(HEADER + ANA)
    contact = Contact.objects.get(name="Ana Ruiz")
    ContactLink.objects.create(practice=cast.practice, contact=contact, client=cast.hollis)
    bring(HEADER + ANA.replace("b@x.example", "fresh@x.example"))
    assert set(Client.objects.search("fresh@x.example").values_list("ref", flat=True)) == {
        "C1",
        "4182",
    }


def test_another_practices_client_of_the_same_reference_is_another_client(cast, bring):
    bring(HEADER + ANA)
    rows = read_clients(io.BytesIO((HEADER + ANA).encode()), country="GB")
    report = import_clients(cast.other, rows, by=cast.charlie, now=NOW)
    assert counts(report) == (1, 0, 0, 0)
    assert Client.objects.filter(ref="C1").count() == 2


def test_a_dry_run_says_what_would_happen_and_writes_nothing(cast, bring):
    bring(HEADER + ANA)
    before = list(Client.objects.values())
    text = HEADER + ANA.replace("Ana", "Anna") + "C2,Bo,,,,,,\n"
    report = bring(text, dry_run=True)
    assert (counts(report), report.dry_run) == ((1, 1, 0, 0), True)
    assert list(Client.objects.values()) == before
    assert AuditEvent.objects.filter(action="import_clients").count() == 1
    assert counts(bring(text)) == (1, 1, 0, 0)


def test_one_bad_row_keeps_all_out(bring):
    report = bring(HEADER + ANA + "C2,Bo,not one,,,,,\n")
    assert counts(report) == (0, 0, 0, 2)
    assert not Client.objects.filter(ref="C1").exists()
    assert not AuditEvent.objects.filter(action="import_clients").exists()


def test_a_bad_row_may_be_left_out(bring):
    report = bring(HEADER + ANA + "C2,Bo,not one,,,,,\n", skip_bad=True)
    assert counts(report) == (1, 0, 0, 1)
    assert not Client.objects.filter(ref="C2").exists()


def test_the_report_speaks_to_programs(bring):
    told = bring(HEADER + "C2,Bo,not one,,,,,\n").as_dict()
    assert told == {
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "merged": 0,
        "skipped": 1,
        "gone": 0,
        "errors": [
            {
                "row": 2,
                "column": "email",
                "code": "email",
                "data": {"text": "not"},
                "sentence": "“not” is not an email address.",
            },
            {
                "row": 2,
                "column": "email",
                "code": "email",
                "data": {"text": "one"},
                "sentence": "“one” is not an email address.",
            },
        ],
        "warnings": [],
        "dry_run": False,
    }


def warned(report):
    return [(problem.row, problem.code, problem.data.get("client")) for problem in report.warnings]


def test_strangers_who_share_an_address_are_let_in_and_named(bring):
    report = bring(HEADER + ANA + "C2,Bo Lund,A@x.example,,Lund,,,\n")
    assert counts(report) == (2, 0, 0, 0)
    assert warned(report) == [(3, "shared", "Ana Ruiz (C1)")]


def test_a_family_that_shares_an_address_is_no_news(bring):
    assert not warned(bring(HEADER + ANA + "C2,Bo Ruiz,a@x.example,,Ruiz,,,\n"))


def test_an_address_of_a_client_outside_the_file_is_named(bring):
    report = bring(HEADER + "C2,Bo,hollis.farrow@example.org,,,,,\n")
    assert warned(report) == [(2, "shared", "Hollis Farrow (4182)")]


def test_a_client_whose_record_is_restricted_is_not_named(bring, cast):
    Client.objects.filter(pk=cast.hollis.pk).update(restricted=True)
    report = bring(HEADER + "C2,Bo,hollis.farrow@example.org,,,,,\n")
    assert warned(report) == [(2, "shared-closed", None)]
    assert "Farrow" not in sentence(report.warnings[0])


def test_an_address_that_moves_within_the_file_is_no_news(bring):
    bring(HEADER + ANA)
    assert not warned(bring(HEADER + "C1,Ana Ruiz,,,,,,\nC2,Bo,a@x.example,,,,,\n"))


def test_a_members_address_is_warned_of(bring):
    assert warned(bring(HEADER + "C2,Bo,bob@tern.example,,,,,\n")) == [(2, "own", None)]


def test_what_an_import_did_is_audited(cast, bring):
    bring(HEADER + ANA)
    line = AuditEvent.objects.get(action="import_clients")
    assert (line.member, line.at, line.data) == (cast.alice, NOW, {"created": 1, "updated": 0})


def test_an_import_killed_between_two_chunks_is_finished_by_the_next(bring, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 2)
    text = HEADER + "".join(f"C{n},Name {n},c{n}@x.example,,,,,\n" for n in range(5))

    def killed(stage, rows):
        if (stage, rows) == ("write", 2):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(text, progress=killed)
    assert Client.objects.filter(ref__startswith="C").count() == 2
    assert counts(bring(text)) == (3, 0, 2, 0)


def test_ten_thousand_rows_with_37_bad_ones(cast, bring, monkeypatch):
    monkeypatch.setattr(checking, "CHUNK", 999)
    bad = range(100, 9_900, 268)
    assert len(bad) == 37
    text = HEADER + "".join(
        f"C{n},Name {n},{'nobody at home' if n in bad else f'c{n}@x.example'},,,,,\n"
        for n in range(10_000)
    )
    refused = bring(text)
    assert counts(refused) == (0, 0, 0, 10_000)
    assert {problem.row for problem in refused.errors} == {n + 2 for n in bad}
    assert not Client.objects.filter(ref__startswith="C").exists()
    progress = []
    report = bring(text, skip_bad=True, progress=lambda stage, rows: progress.append((stage, rows)))
    assert counts(report) == (9_963, 0, 0, 37)
    assert Client.objects.filter(ref__startswith="C").count() == 9_963
    assert progress[-1] == ("write", 9_963)
    assert counts(bring(text, skip_bad=True)) == (0, 0, 9_963, 37)


# --- merged and gone --------------------------------------------------------------------------


def test_the_clients_of_a_source_who_are_not_in_its_list_are_gone(cast, bring):
    source = imports.source_named(cast.practice, "Ours")
    bring(HEADER + ANA + "C2,Bo,,,,,,\n", source=source)
    report = bring(HEADER + ANA, source=source, gone_too=True)
    assert (counts(report), report.gone) == ((0, 0, 1, 0), 1)
    assert list(Client.objects.exclude(gone_at=None).values_list("ref", flat=True)) == ["C2"]
    assert AuditEvent.objects.get(action="mark_gone").data == {"gone": 1}
    report = bring(HEADER + ANA, source=source, gone_too=True)
    assert report.gone == 0


def test_whoever_is_gone_keeps_addresses_and_letters_are_still_theirs(cast, bring):
    source = imports.source_named(cast.practice, "Ours")
    bring(HEADER + ANA + "C2,Bo,b2@x.example,,,,,\n", source=source)
    bring(HEADER + ANA, source=source, gone_too=True)
    bo = Client.objects.get(ref="C2")
    assert match_all(cast.practice.pk, ["b2@x.example"]) == {"b2@x.example": One(bo.pk)}


def test_a_dry_run_marks_nobody(cast, bring):
    source = imports.source_named(cast.practice, "Ours")
    bring(HEADER + ANA + "C2,Bo,,,,,,\n", source=source)
    assert bring(HEADER + ANA, source=source, gone_too=True, dry_run=True).gone == 1
    assert not Client.objects.exclude(gone_at=None).exists()


def test_an_empty_list_is_not_nobody(cast, bring):
    source = imports.source_named(cast.practice, "Ours")
    bring(HEADER + ANA, source=source)
    assert bring(HEADER, source=source, gone_too=True).gone == 0


def test_one_row_that_is_counted_as_merged_changes_nothing(cast, bring):
    bring(HEADER + ANA + "C2,Bo,,,,,,\n")
    Client.objects.filter(ref="C2").update(merged_into=Client.objects.get(ref="C1"))
    report = bring(HEADER + ANA + "C2,Changed,new@x.example,,,,,\n")
    assert (counts(report), report.merged) == ((0, 0, 1, 0), 1)
    assert Client.objects.get(ref="C2").name == "Bo"
