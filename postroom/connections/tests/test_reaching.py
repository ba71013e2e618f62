import pytest

from postroom.connections import trouble, trying
from postroom.connections.reaching import Settings, is_public
from tests.support.scripted_imap import ScriptedImap


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("100.64.0.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%lo", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
        ("4000::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("::10.0.0.1", False),
        ("::127.0.0.1", False),
        ("2002:0a00:0001::1", False),
        ("2002:5db8:d822::1", True),
        ("64:ff9b::10.0.0.1", False),
        ("64:ff9b::169.254.169.254", False),
        ("64:ff9b::93.184.216.34", True),
        ("64:ff9b:1::10.0.0.1", False),
        ("64:ff9b:1:a00:0:100::", False),
        ("2001:0:5db8:d822:0:0:f5ff:fffe", False),  # Teredo: the client is 10.0.0.1
        ("2001:0:0a00:0001:0:0:a247:27dd", False),  # Teredo: the server is 10.0.0.1
    ],
)
def test_only_the_open_internet_is_reached_however_the_address_is_wrapped(
    address: str, public: bool
) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["imap..example.org", "x" * 64 + ".example", ".example.org"])
def test_a_name_that_no_server_can_have_is_unknown(host: str) -> None:
    trial = trying.try_account(Settings(host, 993, "tls", "post", "secret"))
    assert [step.code for step in trial.steps] == [trouble.HOST_UNKNOWN]


def test_an_accented_password_needs_a_server_that_can_take_it() -> None:
    with ScriptedImap() as server:
        settings = Settings(server.host, server.port, "none", "post", "marée-basse", anywhere=True)
        trial = trying.try_account(settings)
        assert not [line for line in server.commands if line.startswith(("LOGIN", "AUTH"))]
    assert trial.steps[-1].code == trouble.LETTERS
