import random
import re
import struct
import zlib
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime

from postroom.cli.demo import letters as letters_module
from postroom.cli.demo.letters import letters, one_more
from postroom.cli.demo.mailserver import handed_in_by
from postroom.cli.demo.people import clients

from .conftest import NOW
from .test_people import RESERVED

OWNERS = defaultdict(set)
for _client in clients():
    for _address in _client.emails:
        OWNERS[_address].add(_client.reference)


def author(message):
    return parseaddr(str(message["From"]))[1]


def plain(message):
    return message.get_body(("plain",)).get_content()


def parts(messages, kind):
    for message in messages:
        for part in message.walk():
            if part.get_content_type() == kind:
                yield part


def test_about_350_letters_each_with_bytes_and_an_id_of_its_own(post, parsed):
    assert 330 <= len(post) <= 370
    assert len(set(post)) == len(post)
    assert len({message["Message-ID"] for message in parsed}) == len(post)


def test_the_same_moment_gives_the_same_bytes(post):
    assert letters(NOW) == post
    assert letters(NOW, seed=5) != post


def test_the_standard_library_finds_no_defect(parsed):
    for message in parsed:
        for part in message.walk():
            assert not part.defects, (message["Subject"], part.defects)
            for name, value in part.items():
                assert not value.defects, (name, value)


def test_lines_end_in_crlf_and_stay_short(post):
    for raw in post:
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert raw.isascii()


def test_every_author_lives_under_a_reserved_name(parsed):
    for message in parsed:
        assert RESERVED.match(author(message)), author(message)
        assert re.search("<(desk|hello)@ternthistle.example>$", str(message["To"]))
    general = [author(message) for message in parsed if "hello@" in str(message["To"])]
    assert 10 <= len(general) <= 16  # for the shared inbox
    assert not set(general) & set(OWNERS)


def test_links_and_pictures_point_nowhere_real(post, parsed):
    found = 0
    for part in [*parts(parsed, "text/html"), *parts(parsed, "text/plain")]:
        for host in re.findall(r"https?://([^/\"<\s]+)", part.get_content()):
            found += 1
            assert host.endswith(".example"), host
    assert found > 10


def test_dates_lie_in_the_last_months_and_rise(parsed):
    dates = [parsedate_to_datetime(str(message["Date"])) for message in parsed]
    assert dates == sorted(dates)
    assert NOW - timedelta(days=160) < dates[0] < NOW - timedelta(days=100)
    assert NOW - timedelta(days=2) < dates[-1] < NOW
    hours = Counter(date.hour for date in dates)
    assert sum(hours[hour] for hour in range(5)) < 15


def test_about_82_in_100_come_from_one_known_client(parsed):
    known = sum(len(OWNERS[author(message)]) == 1 for message in parsed)
    assert 0.79 <= known / len(parsed) <= 0.85
    shared = sum(len(OWNERS[author(message)]) > 1 for message in parsed)
    assert shared >= 8


def test_unknown_addresses_of_clients_name_an_animal_and_a_number(parsed):
    by_name = {f"{one.given} {one.family}": one for one in clients()}
    found = 0
    for message in parsed:
        client = by_name.get(parseaddr(str(message["From"]))[0])
        if client is None or OWNERS[author(message)]:
            continue
        found += 1
        text = plain(message) + str(message["Subject"])
        assert any(animal.name in text for animal in client.patients)
        digits = re.sub(r"\D", "", text)
        assert any(re.sub(r"\D", "", phone)[-8:] in digits for phone in client.phones)
    assert found >= 12


def test_both_languages_are_there(parsed):
    french = sum(" vous" in plain(m) or "Bonjour" in plain(m) for m in parsed)
    english = sum(" you" in plain(m) or " the " in plain(m) for m in parsed)
    assert french > 90 and english > 150


def test_no_letter_says_the_same_as_another(parsed):
    bodies = Counter(plain(message) for message in parsed)
    assert max(bodies.values()) == 1
    subjects = Counter(str(message["Subject"]) for message in parsed)
    assert subjects.most_common(2)[1][1] < 12


def test_letters_have_many_shapes(parsed):
    kinds = Counter(message.get_content_type() for message in parsed)
    assert kinds["text/plain"] > 80 and kinds["multipart/alternative"] > 100
    assert sum(message["Subject"] is None for message in parsed) == 3
    assert sum(message["Auto-Submitted"] is not None for message in parsed) == 3
    assert sum(message["List-Unsubscribe"] is not None for message in parsed) == 4
    assert sum("> " in plain(message) for message in parsed) > 30
    charsets = {part.get_content_charset() for part in parts(parsed, "text/plain")}
    assert charsets >= {"utf-8", "iso-8859-1"}


def test_an_inline_picture_is_named_by_its_page(parsed):
    found = 0
    for message in parsed:
        for part in message.walk():
            if part["Content-ID"]:
                found += 1
                page = message.get_body(("html",)).get_content()
                assert f"cid:{part['Content-ID'].strip('<>')}" in page
    assert found >= 10


def test_pictures_are_whole_png_files(parsed):
    found = 0
    for part in parts(parsed, "image/png"):
        data = part.get_content()
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        at, pixels = 8, b""
        while at < len(data):
            size, kind = struct.unpack(">I4s", data[at : at + 8])
            body = data[at + 8 : at + 8 + size]
            (check,) = struct.unpack(">I", data[at + 8 + size : at + 12 + size])
            assert check == zlib.crc32(kind + body)
            if kind == b"IHDR":
                width, height = struct.unpack(">II", body[:8])
            pixels += body if kind == b"IDAT" else b""
            at += 12 + size
        assert kind == b"IEND"
        assert len(zlib.decompress(pixels)) == height * (1 + 3 * width)
        found += 1
    assert found >= 30


def check_pdf(data):
    assert data.startswith(b"%PDF-1.4\n") and data.endswith(b"%%EOF\n")
    (start,) = re.findall(rb"startxref\n(\d+)\n", data)
    table = data[int(start) :]
    assert table.startswith(b"xref\n0 6\n")
    offsets = [int(line[:10]) for line in table.splitlines()[3:8]]
    for number, offset in enumerate(offsets, start=1):
        assert data[offset:].startswith(b"%d 0 obj\n" % number)
    (length,) = re.findall(rb"/Length (\d+)", data)
    stream = data.split(b"stream\n", 1)[1]
    assert stream[int(length) :].startswith(b"\nendstream")


def test_papers_are_whole_pdf_files_with_readable_names(parsed):
    names = set()
    for part in parts(parsed, "application/pdf"):
        check_pdf(part.get_content())
        names.add(part.get_filename())
    assert "claim-form.pdf" in names and "déclaration de soins.pdf" in names


def test_a_winmail_holds_the_form(parsed):
    found = list(parts(parsed, "application/ms-tnef"))
    assert len(found) == 2
    for part in found:
        assert part.get_filename() == "winmail.dat"
        data, at, attributes = part.get_content(), 6, {}
        assert struct.unpack("<I", data[:4]) == (0x223E9F78,)
        while at < len(data):
            _, number, size = struct.unpack("<BII", data[at : at + 9])
            value = data[at + 9 : at + 9 + size]
            (check,) = struct.unpack("<H", data[at + 9 + size : at + 11 + size])
            assert check == sum(value) & 0xFFFF
            attributes[number] = value
            at += 11 + size
        assert attributes[0x00018010].endswith(b".pdf\0")
        check_pdf(attributes[0x0006800F])


def test_invitations_are_requests_for_a_time_to_come(parsed):
    found = 0
    for message in parsed:
        for part in parts([message], "text/calendar"):
            found += 1
            assert part.get_content_type() == "text/calendar"
            assert part.get_param("method") == "REQUEST"
            text = part.get_content().replace("\r\n", "\n")
            start = re.search(r"^DTSTART:(\d{8}T\d{6})Z$", text, re.MULTILINE).group(1)
            moment = datetime.strptime(start, "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            assert moment > parsedate_to_datetime(str(message["Date"]))
    assert found >= 3


def test_a_long_thread_refers_to_all_that_came_before(parsed):
    thread = [m for m in parsed if "Biscuit and the bad knee" in str(m["Subject"])]
    assert len(thread) == 8
    seen = []
    for message in thread:
        references = str(message["References"] or "").split()
        assert [one for one in references if one in seen] == seen
        if seen:
            assert message["In-Reply-To"] == references[-1]
            assert "> " in plain(message)
        seen.append(str(message["Message-ID"]))
    assert plain(thread[-1]).count("wrote:") == 14


def test_only_liars_are_handed_in_by_somebody_else(post):
    parser = BytesParser(policy=default)
    liars = 0
    for raw in post:
        if handed_in_by(raw) != author(parser.parsebytes(raw)):
            liars += 1
            assert re.search(rb"verify-login|paiement-suivi", raw)
    assert liars == 2


def test_after_a_farewell_nobody_writes_about_the_animal(parsed):
    farewells = [m for m in parsed if str(m["Subject"]) in ("Thank you", "Merci")]
    assert farewells
    for farewell in farewells:
        later = [
            m
            for m in parsed
            if author(m) == author(farewell)
            and parsedate_to_datetime(str(m["Date"])) > parsedate_to_datetime(str(farewell["Date"]))
        ]
        gone = re.search(r"(?:but|mais) (\w+)", plain(farewell)).group(1)
        assert not [m for m in later if gone in plain(m)]


def test_one_more_letter_is_dated_now_and_mostly_known():
    rng, parser = random.Random(2), BytesParser(policy=default)
    known, raws = 0, set()
    for n in range(200):
        raw = one_more(rng, NOW + timedelta(seconds=n))
        message = parser.parsebytes(raw)
        raws.add(raw)
        assert parsedate_to_datetime(str(message["Date"])) == NOW + timedelta(seconds=n)
        assert RESERVED.match(author(message))
        known += len(OWNERS[author(message)]) == 1
    assert len(raws) == 200
    assert 0.75 <= known / 200 <= 0.90


def test_a_letter_whose_signs_do_not_fit_its_charset_is_sent_in_utf_8():
    mail = letters_module.Mail("Ada", "ada@example.com", "Œuf", "œuf ’", NOW, charset="iso-8859-1")
    message = BytesParser(policy=default).parsebytes(letters_module.build(mail))
    assert message.get_content_charset() == "utf-8"
    assert message.get_content().strip() == "œuf ’"
