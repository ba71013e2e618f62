"""The fault proxy does exactly the harm it was asked to do."""

import socket
import threading
import time

import pytest

from tests.support.faultproxy import FaultProxy
from tests.support.faults import Fault, random_fault


class Echo:
    """A server that answers each line with `ok LINE` and remembers the lines it carried out."""

    def __init__(self):
        self.lines = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._talk, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _talk(self, connection):
        with connection, connection.makefile("rb") as lines:
            try:
                for line in lines:
                    self.lines.append(line)
                    connection.sendall(b"ok " + line)
            except OSError:
                return


class Talk:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.file = self.socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def say(self, line):
        self.socket.sendall(line)
        return self.file.readline()


@pytest.fixture
def echo():
    with Echo() as server:
        yield server


def test_without_faults_it_is_a_good_line(echo):
    with FaultProxy(echo.port) as proxy, Talk(proxy.port) as talk:
        assert [talk.say(b"%d\n" % n) for n in range(50)] == [b"ok %d\n" % n for n in range(50)]
        assert talk.say(b"x" * 300_000 + b"\n") == b"ok " + b"x" * 300_000 + b"\n"
        assert proxy.events == []
        assert proxy.connections == 1


def test_an_end_from_the_client_lets_the_server_finish(echo):
    with FaultProxy(echo.port) as proxy, Talk(proxy.port) as talk:
        talk.socket.sendall(b"one\n")
        talk.socket.shutdown(socket.SHUT_WR)
        assert talk.file.read() == b"ok one\n"


def test_a_cut_before_the_match_keeps_the_command_from_the_server(echo):
    fault = Fault("c2s", "cut", match=rb"MOVE", before=True)
    with FaultProxy(echo.port, [fault]) as proxy, Talk(proxy.port) as talk:
        assert talk.say(b"fetch\n") == b"ok fetch\n"
        with pytest.raises(ConnectionResetError):
            talk.say(b"MOVE 1\n")
        assert echo.lines == [b"fetch\n"]
        assert [(e.act, e.offset) for e in proxy.events] == [("cut", 6)]


def test_deaf_carries_the_command_out_and_loses_its_answer(echo):
    fault = Fault("c2s", "deaf", match=rb"MOVE[^\n]*\n", before=True, amount=0.2)
    with FaultProxy(echo.port, [fault]) as proxy, Talk(proxy.port) as talk:
        with pytest.raises(ConnectionResetError):
            talk.say(b"MOVE 1\n")
        assert echo.lines == [b"MOVE 1\n"]


def test_mute_does_not_carry_the_command_out(echo):
    fault = Fault("c2s", "mute", match=rb"MOVE", before=True, amount=0.1)
    with FaultProxy(echo.port, [fault]) as proxy, Talk(proxy.port) as talk:
        with pytest.raises(ConnectionResetError):
            talk.say(b"MOVE 1\n")
        assert echo.lines == []


def test_a_match_is_found_over_the_edge_of_two_chunks(echo):
    fault = Fault("c2s", "cut", match=rb"MOVE", before=False)
    with FaultProxy(echo.port, [fault]) as proxy, Talk(proxy.port) as talk:
        talk.socket.sendall(b"MO")
        time.sleep(0.1)
        with pytest.raises(ConnectionResetError):
            talk.say(b"VE 1\n")
        assert echo.lines == []
        assert [e.act for e in proxy.events] == ["cut"]


def test_an_offset_strikes_at_that_very_byte(echo):
    with (
        FaultProxy(echo.port, [Fault("s2c", "fin", offset=10)]) as proxy,
        Talk(proxy.port) as talk,
    ):
        assert talk.say(b"123\n") == b"ok 123\n"
        assert talk.say(b"456\n") == b"ok "


def test_only_the_nth_match_of_the_named_connections_strikes_and_only_so_often(echo):
    fault = Fault("c2s", "cut", match=rb"x", nth=2, connections=range(2, 9), times=1)
    with FaultProxy(echo.port, [fault]) as proxy:
        for number in range(1, 5):
            with Talk(proxy.port) as talk:
                assert talk.say(b"x\n") == b"ok x\n"
                if number == 2:
                    with pytest.raises(ConnectionResetError):
                        talk.say(b"x\n")
                else:
                    assert talk.say(b"x\n") == b"ok x\n"
        assert [e.connection for e in proxy.events] == [2]


def test_corrupt_and_drop_change_only_the_bytes_named(echo):
    faults = [
        Fault("c2s", "corrupt", match=rb"a", amount=2),
        Fault("c2s", "drop", match=rb"D", amount=3, before=True),
    ]
    with FaultProxy(echo.port, faults) as proxy, Talk(proxy.port) as talk:
        talk.say(b"a00b\n")
        talk.say(b"12DDD34\n")
    first, second = echo.lines
    assert first[:1] + first[3:] == b"ab\n"
    assert all(bin(byte ^ ord("0")).count("1") == 1 for byte in first[1:3])
    assert second == b"1234\n"


def test_refuse_says_nothing_to_the_server(echo):
    with FaultProxy(echo.port, [Fault("c2s", "refuse", times=1)]) as proxy:
        with pytest.raises(ConnectionError), Talk(proxy.port) as talk:
            talk.say(b"hello\n")
        with Talk(proxy.port) as talk:
            assert talk.say(b"again\n") == b"ok again\n"
    assert echo.lines == [b"again\n"]


def test_a_hook_runs_while_both_sides_are_frozen(echo):
    seen = []
    fault = Fault(
        "c2s",
        "run",
        match=rb"MOVE (\d+)",
        before=True,
        hook=lambda groups: seen.append((groups, list(echo.lines))),
    )
    with FaultProxy(echo.port, [fault]) as proxy, Talk(proxy.port) as talk:
        assert talk.say(b"MOVE 17\n") == b"ok MOVE 17\n"
    assert seen == [(("17",), [])]


def test_stall_freezes_and_goes_on(echo):
    fault = Fault("c2s", "stall", match=rb"x", amount=0.4)
    with FaultProxy(echo.port, [fault]) as proxy, Talk(proxy.port) as talk:
        begin = time.monotonic()
        assert talk.say(b"x\n") == b"ok x\n"
        assert time.monotonic() - begin >= 0.4


def test_trickle_is_slow_and_loses_nothing(echo):
    with FaultProxy(echo.port, [Fault("s2c", "trickle", amount=10)]) as proxy:
        begin = time.monotonic()
        with Talk(proxy.port) as talk:
            assert talk.say(b"y" * 197 + b"\n") == b"ok " + b"y" * 197 + b"\n"
        assert time.monotonic() - begin >= 0.2


def test_rewriting_works_on_whole_lines_whatever_the_chunks(echo):
    with (
        FaultProxy(echo.port, rewrite=[("s2c", rb"\[COPYUID[^\]]*\] ", b"")]) as proxy,
        Talk(proxy.port) as talk,
    ):
        talk.socket.sendall(b"[COPY")
        time.sleep(0.05)
        assert talk.say(b"UID 1 2 3] done\n") == b"ok done\n"
    assert echo.lines == [b"[COPYUID 1 2 3] done\n"]


def test_the_same_seed_plans_the_same_faults():
    def draw(seed):
        rng = __import__("random").Random(seed)
        return [random_fault(rng, 0.5, 60_000) for _ in range(200)]

    assert draw(3) == draw(3)
    assert draw(3) != draw(4)
    assert 60 < sum(fault is not None for fault in draw(3)) < 140
    assert all(1 <= fault.offset <= 60_000 for fault in draw(3) if fault)


@pytest.mark.parametrize(
    "wrong",
    [
        {"way": "up", "act": "cut"},
        {"way": "c2s", "act": "explode"},
        {"way": "c2s", "act": "stall"},
        {"way": "c2s", "act": "run", "match": b"x"},
        {"way": "c2s", "act": "cut", "match": b"x", "offset": 3},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r".+"):
        Fault(**wrong)


def test_every_connection_can_be_cut_at_once(echo):
    with FaultProxy(echo.port) as proxy, Talk(proxy.port) as one, Talk(proxy.port) as two:
        assert one.say(b"1\n") + two.say(b"2\n") == b"ok 1\nok 2\n"
        proxy.cut_all()
        for talk in (one, two):
            with pytest.raises(ConnectionResetError):
                talk.say(b"x\n") or talk.say(b"y\n")
        assert [e.act for e in proxy.events] == ["cut", "cut"]
        with Talk(proxy.port) as three:
            assert three.say(b"3\n") == b"ok 3\n"
