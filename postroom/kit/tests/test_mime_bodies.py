import hashlib
from base64 import encodebytes

import pytest

from postroom.kit.mime import content, content_key, read
from postroom.kit.tests.mime_mails import leaf, multipart

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
TEXT = leaf("text/plain; charset=utf-8", "Voilà\n".encode(), "8bit")
HTML = leaf("text/html; charset=utf-8", "<p>Voilà <b>tout</b></p>\n".encode(), "quoted-printable")


def single(headers: str, body: bytes):
    return read(headers.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)


def picture(extra: str = "", disposition: str = "inline") -> bytes:
    head = f"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n{extra}"
    head += f'Content-Disposition: {disposition}; filename="logo.png"\r\n\r\n'
    return head.encode() + encodebytes(PNG)


def names(letter):
    return [file.name for file in letter.files]


def test_a_plain_mail_is_its_text():
    letter = single("Content-Type: text/plain; charset=utf-8", "Déjà\r\nvu\r\n".encode())
    assert (letter.text, letter.html, letter.files) == ("Déjà\nvu\n", "", ())


def test_alternative_gives_text_and_html():
    letter = read(multipart("alternative", [TEXT, HTML], "b"))
    assert letter.text.strip() == "Voilà"
    assert letter.html.strip() == "<p>Voilà <b>tout</b></p>"
    assert letter.problems == ()


@pytest.mark.parametrize("blank", [b"", b" \r\n\r\n"])
def test_a_blank_text_part_lets_the_html_speak(blank):
    letter = read(multipart("alternative", [leaf("text/plain", blank), HTML], "b"))
    assert letter.text == "Voilà tout"


def test_html_alone_becomes_text_with_its_tables_in_line():
    page = b"<style>p{}</style><table><tr><td>Rex</td><td>12 kg</td></tr></table><p>Merci</p>"
    letter = single("Content-Type: text/html", page)
    assert [line.split() for line in letter.text.split("\n") if line] == [
        ["Rex", "12", "kg"],
        ["Merci"],
    ]
    assert "<td>" in letter.html


def test_several_texts_are_joined():
    pdf = leaf("application/pdf", b"%PDF", "base64", "a.pdf")
    footer = leaf("text/plain", b"The footer\n")
    letter = read(multipart("mixed", [TEXT, pdf, footer], "b"))
    assert letter.text == "Voilà\n\nThe footer"
    assert names(letter) == ["a.pdf"]


def test_a_footer_after_html_is_in_text_and_page():
    letter = read(multipart("mixed", [HTML, leaf("text/plain", b"1 < 2\n")], "b"))
    assert letter.text == "Voilà tout\n\n1 < 2"
    assert "1 &lt; 2" in letter.html


def test_the_same_words_in_mixed_are_said_once():
    plain = leaf("text/plain; charset=utf-8", "Voilà tout\n".encode(), "8bit")
    assert read(multipart("mixed", [plain, HTML], "b")).text.split() == ["Voilà", "tout"]


def test_pictures_of_the_page_are_files_in_line():
    page = leaf("text/html", b'<img src="cid:logo@x"> <img src=cid:two%40x>')
    parts = [page, picture("Content-ID: <logo@x>\r\n"), picture("Content-ID: <two@x>\r\n")]
    letter = read(multipart("related", parts, "b"))
    assert [(file.n, file.inline, file.content_id) for file in letter.files] == [
        (1, True, "logo@x"),
        (2, True, "two@x"),
    ]
    assert content(multipart("related", parts, "b"), 2) == PNG


def test_a_photo_that_no_page_shows_is_an_ordinary_file():
    letter = read(multipart("mixed", [TEXT, picture()], "b"))
    assert [file.inline for file in letter.files] == [False]


def test_a_picture_that_says_attachment_is_an_ordinary_file():
    letter = read(multipart("related", [HTML, picture("", "attachment")], "b"))
    assert [file.inline for file in letter.files] == [False]


@pytest.mark.parametrize(
    "head",
    [
        'Content-Type: text/plain; name="notes.txt"',
        'Content-Type: text/plain\r\nContent-Disposition: inline; filename="notes.txt"',
        "Content-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment",
    ],
)
def test_a_text_with_a_name_is_a_file(head):
    letter = read(multipart("mixed", [TEXT, head.encode() + b"\r\n\r\nnotes\r\n"], "b"))
    assert names(letter) == ["notes.txt"]
    assert letter.text.strip() == "Voilà"


def test_a_named_text_that_stands_alone_is_also_read():
    letter = single("Content-Type: text/plain; name=notes.txt", b"notes")
    assert (letter.text, names(letter)) == ("notes", ["notes.txt"])


def test_a_forwarded_mail_is_one_file_named_after_its_subject():
    inner = b"Subject: =?utf-8?q?R=C3=A9sultats_3/4?=\r\n" + multipart("mixed", [TEXT, HTML], "c")
    raw = multipart("mixed", [TEXT, b"Content-Type: message/rfc822\r\n\r\n" + inner], "b")
    letter = read(raw)
    assert names(letter) == ["Résultats 3-4.eml"]
    assert letter.files[0].type == "message/rfc822"
    assert content(raw, 1) == inner
    assert letter.text.strip() == "Voilà"


def test_mails_of_a_digest_are_files():
    mails = [b"\r\nSubject: one\r\n\r\nA", b"\r\nSubject: two\r\n\r\nB"]
    assert names(read(multipart("digest", mails, "b"))) == ["one.eml", "two.eml"]


def test_an_invitation_is_a_file_even_beside_its_text():
    invitation = leaf("text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    letter = read(multipart("alternative", [TEXT, HTML, invitation], "b"))
    assert [(file.name, file.type) for file in letter.files] == [
        ("attachment-1.ics", "text/calendar")
    ]


def test_an_invitation_alone_has_no_text():
    letter = single("Content-Type: text/calendar", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
    assert (letter.text, names(letter)) == ("", ["attachment-1.ics"])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("image/heic", "IMG_1.HEIC"),
        ("audio/amr", "voice.amr"),
        ("application/pdf", "locked.pdf"),
        ("application/octet-stream", "x.eml"),
    ],
)
def test_odd_files_are_kept_whole(kind, name):
    data = bytes(range(256)) * 20
    raw = multipart("mixed", [TEXT, leaf(kind, data, "base64", name)], "b")
    file = read(raw).files[0]
    assert (file.name, file.type, file.size) == (name, kind, len(data))
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert content(raw, 1) == data


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("image/jpeg", "attachment-1.jpg"),
        ("application/x-odd", "attachment-1.bin"),
        ("nonsense", "attachment-1.bin"),
    ],
)
def test_a_file_without_name_is_called_after_its_kind(kind, name):
    part = f"Content-Type: {kind}; name=\r\nContent-Disposition: attachment\r\n\r\nx".encode()
    found = names(read(multipart("mixed", [TEXT, part], "b")))
    assert found == [name if kind != "nonsense" else "attachment-1.txt"]


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ("filename*=UTF-8''%C3%A9t%C3%A9.pdf", "été.pdf"),
        ("filename*=iso-8859-1'fr'%E9t%E9.pdf", "été.pdf"),
        ('filename*0="rep"; filename*1="ort.p"; filename*2="df"', "report.pdf"),
        ('filename*1="ort.p"; filename*2="df"; filename*0="rep"', "report.pdf"),
        ("filename*0*=UTF-8''%C3%A9; filename*1*=t%C3; filename*2*=%A9.pdf", "été.pdf"),
        ('filename="=?utf-8?b?w6l0w6kucGRm?="', "été.pdf"),
        ("filename==?utf-8?q?=C3=A9t=C3=A9.pdf?=", "été.pdf"),
        ("filename=ete du mois.pdf", "ete du mois.pdf"),
        ('filename="a;b.pdf"; size=3', "a;b.pdf"),
        ('filename="C:\\temp\\x.pdf"', "x.pdf"),
        ('filename="a\\"b.pdf"', "a_b.pdf"),
        ('filename="open.pdf', "open.pdf"),
        ("filename=plain.pdf; filename*=utf-8''%C3%A9.pdf", "é.pdf"),
        ('FileName = "x.pdf"', "x.pdf"),
    ],
)
def test_file_names_are_read_however_they_are_written(parameter, name):
    part = f"Content-Type: application/pdf\r\nContent-Disposition: attachment; {parameter}"
    assert names(read(multipart("mixed", [TEXT, part.encode() + b"\r\n\r\nx"], "b"))) == [name]


@pytest.mark.parametrize("raw_name", ["été.pdf".encode(), "été.pdf".encode("latin-1")])
def test_raw_eight_bit_file_names_are_read(raw_name):
    part = b'Content-Disposition: attachment; filename="' + raw_name + b'"\r\n\r\nx'
    assert names(read(multipart("mixed", [TEXT, part], "b"))) == ["été.pdf"]


@pytest.mark.parametrize(
    ("charset", "data", "text", "problems"),
    [
        ("utf-8", "déjà".encode(), "déjà", ()),
        ("iso-8859-1", b"d\xe9j\xe0 \x93oui\x94", "déjà “oui”", ()),
        ("us-ascii", "déjà".encode(), "déjà", ()),
        ("utf-8", b"d\xe9j\xe0 vu", "déjà vu", ("charset",)),
        ("utf-8", "été ".encode() * 90 + b"\xe9", "été " * 90 + "é", ("charset",)),
        ("koi8-r", "Привет".encode("koi8-r"), "Привет", ()),
        ("iso-2022-jp", "日本語".encode("iso-2022-jp"), "日本語", ()),
        ("gb2312", "镕".encode("gbk"), "镕", ()),
        ("fakescii", "déjà vu".encode(), "déjà vu", ("charset",)),
        ("fakescii", b"plain", "plain", ("charset",)),
        ("zlib", b"plain", "plain", ("charset",)),
        ("punycode", b"plain", "plain", ("charset",)),
        ("charset=us-ascii", b"plain", "plain", ()),
        ("utf-16", "déjà".encode("utf-16"), "déjà", ()),
        ("iso-2022-jp", "é".encode() * 9, "é" * 9, ("charset",)),
        ("utf-8", b"\xef\xbb\xbfbom", "bom", ()),
    ],
)
def test_text_survives_its_charset(charset, data, text, problems):
    letter = single(f'Content-Type: text/plain; charset="{charset}"', data)
    assert (letter.text, letter.problems) == (text, problems)


def test_text_without_charset_is_guessed():
    russian = "Здравствуйте, напоминаем вам о приёме в четверг утром, до встречи. " * 5
    assert single("Subject: x", russian.encode("cp1251")).text == russian
    assert single("Subject: x", "déjà".encode()).text == "déjà"
    assert single("Subject: x", "déjà vu, à bientôt".encode("latin-1")).text == "déjà vu, à bientôt"


def test_html_may_name_its_charset_itself():
    page = '<meta charset="koi8-r"><p>Привет'.encode("koi8-r")
    letter = single("Content-Type: text/html", page)
    assert (letter.text, letter.problems) == ("Привет", ())


@pytest.mark.parametrize(
    ("data", "text", "problems"),
    [
        (b"Qm9uam91cg==", "Bonjour", ()),
        (b"Qm9uam91cg", "Bonjour", ()),
        (b"Qm9u\r\n\r\nam91cg==\r\n", "Bonjour", ()),
        (b"Qm9u!am91cg==", "Bonjour", ("base64",)),
        (b"Qm9uam91cg==\r\n-- \r\nFooter", "Bonjour", ("base64",)),
        (b"Qm9uam91cg==QQ==", "BonjourA", ()),
        (b"Qm9uam91c", "Bonjou", ("base64",)),
        (
            b"These are words, not base64 at all.",
            "These are words, not base64 at all.",
            ("base64",),
        ),
        (b"", "", ()),
    ],
)
def test_damaged_base64_gives_what_it_can(data, text, problems):
    letter = single("Content-Type: text/plain\nContent-Transfer-Encoding: base64", data)
    assert (letter.text, letter.problems) == (text, problems)


@pytest.mark.parametrize(
    ("data", "text", "problems"),
    [
        (b"d=C3=A9j=c3=a0", "déjà", ()),
        (b"soft=\r\nbreak", "softbreak", ()),
        (b"soft= \t\r\nbreak", "softbreak", ()),
        (b"a=3Db=\r\n", "a=b", ()),
        (b"100 = x", "100 = x", ("quoted-printable",)),
        (b"end  \r\nnext", "end\nnext", ()),
    ],
)
def test_damaged_quoted_printable_gives_what_it_can(data, text, problems):
    letter = single(
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable", data
    )
    assert (letter.text, letter.problems) == (text, problems)


def test_flowed_lines_are_joined():
    body = b"One long \r\nline.\r\n> quoted \r\n> text\r\n>> deeper\r\n From\r\n-- \r\nAnna\r\n"
    letter = single("Content-Type: text/plain; format=flowed", body)
    assert letter.text == "One long line.\n> quoted text\n>> deeper\nFrom\n-- \nAnna\n"


def test_flowed_lines_may_lose_their_space():
    letter = single("Content-Type: text/plain; format=flowed; delsp=yes", b"rendez \r\nvous")
    assert letter.text == "rendezvous"


def test_nested_multiparts_end_where_the_outer_one_goes_on():
    raw = (
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n"
        b"Content-Type: multipart/alternative; boundary=ab\n\n--ab\n\nHello\n"
        b"--a\nContent-Disposition: attachment; filename=x\n\nfile\n--a--\nepilogue\n"
    )
    letter = read(raw)
    assert (letter.text, names(letter), letter.problems) == ("Hello", ["x"], ())
    assert content(raw, 1) == b"file"


def test_a_mail_cut_short_keeps_what_came():
    raw = multipart("mixed", [TEXT, leaf("image/png", PNG, "base64", "p.png")], "b")[:-600]
    letter = read(raw)
    assert letter.text.strip() == "Voilà"
    assert PNG.startswith(content(raw, 1)) and letter.files[0].size > 100
    assert "truncated" in letter.problems


@pytest.mark.parametrize("parameter", ["", "; boundary=wrong"])
def test_a_boundary_that_is_missing_or_wrong_is_found(parameter):
    parts = multipart("mixed", [TEXT, leaf("image/png", PNG, "base64", "p.png")], "right")
    raw = parts.replace(b'; boundary="right"', parameter.encode())
    letter = read(raw)
    assert (letter.text.strip(), names(letter), letter.problems) == (
        "Voilà",
        ["p.png"],
        ("boundary",),
    )
    assert content(raw, 1) == PNG


def test_a_multipart_without_any_part_is_read_as_text():
    letter = single("Content-Type: multipart/mixed; boundary=b", b"Just words")
    assert (letter.text, letter.problems) == ("Just words", ("boundary",))


def test_parts_after_an_early_end_are_kept():
    raw = multipart("mixed", [TEXT], "b") + b"--b\r\n" + leaf("image/png", PNG, "base64", "p.png")
    assert names(read(raw + b"\r\n--b--\r\n")) == ["p.png"]


def test_an_inner_multipart_with_the_outer_boundary_loses_nothing():
    inner = multipart("alternative", [TEXT, HTML], "b")
    raw = multipart("mixed", [inner, leaf("image/png", PNG, "base64", "p.png")], "b")
    letter = read(raw)
    assert "Voilà" in letter.text
    assert names(letter) == ["p.png"]


def test_uuencoded_files_are_decoded():
    part = (
        b"Content-Type: image/gif; name=x.gif\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\n"
        b"begin 644 x.gif\r\n#86)C\r\n`\r\nend\r\n"
    )
    raw = multipart("mixed", [TEXT, part], "b")
    assert (content(raw, 1), read(raw).problems) == (b"abc", ())


@pytest.mark.parametrize(
    ("head", "body", "kind"),
    [
        ("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", b"x", "smime"),
        ("Content-Type: application/x-pkcs7-mime; name=smime.p7m", b"x", "smime"),
        ("Content-Type: text/plain", b"-----BEGIN PGP MESSAGE-----\n\nhQEM\n", "pgp"),
        ("Content-Type: text/plain", b"Hello", ""),
    ],
)
def test_encrypted_letters_are_told(head, body, kind):
    assert single(head, body).encrypted == kind


def test_pgp_mime_is_told_and_its_parts_are_kept():
    parts = [
        leaf("application/pgp-encrypted", b"Version: 1\r\n"),
        leaf("application/octet-stream", b"-----BEGIN PGP MESSAGE-----\r\n"),
    ]
    raw = multipart("encrypted", parts, "b").replace(
        b"multipart/encrypted;", b'multipart/encrypted; protocol="application/pgp-encrypted";'
    )
    letter = read(raw)
    assert (letter.encrypted, names(letter)) == ("pgp", ["attachment-1.asc", "attachment-2.bin"])


def test_a_signed_mail_is_read_and_its_signature_is_a_file():
    signature = leaf("application/pkcs7-signature", b"\x30\x80", "base64", "smime.p7s")
    letter = read(multipart("signed", [TEXT, signature], "b"))
    assert (letter.text.strip(), names(letter), letter.encrypted) == ("Voilà", ["smime.p7s"], "")


def test_the_content_key_does_not_see_line_ends():
    assert content_key(b"a\r\nb\r\n") == content_key(b"a\nb\n")
    assert content_key(b"a\nb\n") == hashlib.sha256(b"a\nb\n").hexdigest()
    assert content_key(b"a\rb") != content_key(b"a\nb")


@pytest.mark.parametrize("n", [-1, 0, 2])
def test_a_file_that_is_not_there_is_a_lookup_error(n):
    raw = multipart("mixed", [TEXT, leaf("image/png", PNG, "base64", "p.png")], "b")
    with pytest.raises(LookupError):
        content(raw, n)
