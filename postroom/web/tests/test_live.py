import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections
from django.test import AsyncClient
from django.utils import timezone

from postroom.practice import events, seats
from postroom.practice.models import Member, Practice, SignedIn
from postroom.web import live
from tests.support.cast import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL", 0.02)


def tell(practice: Practice, kind: str, id: int) -> None:
    events.tell(practice.pk, kind, [id], now=timezone.now())


def listen(member: Member, story, **headers: str) -> list[str]:
    """What a browser hears while the story goes on; the story ends the listening."""

    async def main() -> list[str]:
        browser = AsyncClient()
        await browser.aforce_login(member.user)
        answer = await browser.get(f"/p/{member.practice.slug}/events", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert "no-store" in answer.headers["Cache-Control"]
        stream: AsyncIterator[bytes] = answer.streaming_content
        heard = [await anext(stream)]
        task = asyncio.create_task(_collect(stream, heard))
        await story(heard)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await stream.aclose()
        station = live.Broadcaster.here()
        assert not station.streams
        if station.task:
            await asyncio.wait_for(station.task, 5)
        station.reader.shutdown()
        await sync_to_async(connections.close_all)()
        return [text.decode() for text in heard]

    return async_to_sync(main)()


async def _collect(stream: AsyncIterator[bytes], heard: list[bytes]) -> None:
    async for text in stream:
        heard.append(text)


async def until(condition) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def number_of(event: str) -> str:
    return event.split("id: ")[1].split()[0]


def test_a_page_hears_the_kind_and_not_which_entry_it_was(cast: Cast) -> None:
    async def story(heard: list[bytes]) -> None:
        await until(lambda: live.Broadcaster.here().task)
        await sync_to_async(tell)(cast.practice, events.ENTRY_NEW, 7654321)
        await until(lambda: len(heard) == 2)

    start, event = listen(cast.bob, story)
    assert start == "retry: 3000\n\n"
    lines = event.split("\n")
    assert lines[0] == "event: entry.new"
    assert lines[2:] == ["data: -", "", ""]
    assert "7654321" not in event


def test_a_page_hears_nothing_of_another_practice(cast: Cast) -> None:
    async def story(heard: list[bytes]) -> None:
        await until(lambda: live.Broadcaster.here().task)
        await sync_to_async(tell)(cast.other, events.ENTRY_NEW, 6)
        await sync_to_async(tell)(cast.practice, events.ACCOUNT, 7)
        await until(lambda: len(heard) == 2)

    _start, event = listen(cast.bob, story)
    assert "event: account" in event


def test_what_was_missed_comes_first_and_once(cast: Cast) -> None:
    tell(cast.practice, events.ENTRY_NEW, 1)
    last = cast.practice.events.latest("id").pk
    tell(cast.practice, events.ENTRY_NEW, 2)
    tell(cast.other, events.ENTRY_NEW, 99)

    async def story(heard: list[bytes]) -> None:
        await until(lambda: len(heard) == 2)
        await sync_to_async(tell)(cast.practice, events.ENTRY_NEW, 3)
        await until(lambda: len(heard) == 3)
        await asyncio.sleep(0.1)

    heard = listen(cast.bob, story, **{"last-event-id": str(last)})
    newer = cast.practice.events.filter(pk__gt=last).order_by("pk")
    assert [number_of(text) for text in heard[1:]] == [str(event.pk) for event in newer]
    assert newer.count() == 2


def test_a_quiet_line_is_kept_open(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)

    async def story(heard: list[bytes]) -> None:
        await until(lambda: len(heard) >= 3)

    assert ": still here\n\n" in listen(cast.bob, story)


def test_who_left_the_practice_hears_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    monkeypatch.setattr(live, "RECHECK", 0.0)

    def leave() -> None:
        Member.objects.filter(pk=cast.bob.pk).update(active=False)

    async def story(heard: list[bytes]) -> None:
        await until(lambda: len(heard) == 2)
        await sync_to_async(leave)()
        await until(lambda: not live.Broadcaster.here().streams)
        before = len(heard)
        await sync_to_async(tell)(cast.practice, events.ENTRY_NEW, 5)
        await asyncio.sleep(0.1)
        assert len(heard) == before

    listen(cast.bob, story)


def test_who_signed_out_hears_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.05)
    monkeypatch.setattr(live, "RECHECK", 0.0)

    async def story(heard: list[bytes]) -> None:
        await until(lambda: len(heard) == 2)
        await sync_to_async(seats.end_all)(cast.bob.user)
        await until(lambda: not live.Broadcaster.here().streams)

    listen(cast.bob, story)


def locked() -> None:
    seats.lock(SignedIn.objects.get(), "", timezone.now())


def left_alone() -> None:
    SignedIn.objects.update(seen_at=timezone.now() - timedelta(hours=1))


@pytest.mark.parametrize("happens", [locked, left_alone])
def test_a_desk_where_nobody_sits_any_more_is_told_nothing(cast: Cast, happens: Any) -> None:
    async def story(heard: list[bytes]) -> None:
        await until(lambda: live.Broadcaster.here().task)
        await sync_to_async(happens)()
        await sync_to_async(tell)(cast.practice, events.ENTRY_NEW, 5)
        await until(lambda: not live.Broadcaster.here().streams)
        await asyncio.sleep(0.1)

    assert listen(cast.bob, story) == ["retry: 3000\n\n"]


def test_a_stream_ends_after_an_hour(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LONGEST", 0.0)

    async def story(heard: list[bytes]) -> None:
        await until(lambda: not live.Broadcaster.here().streams)

    assert listen(cast.bob, story) == ["retry: 3000\n\n"]


def test_a_browser_that_takes_nothing_starts_again(cast: Cast) -> None:
    stream = live.Stream(cast.bob, 0, None)
    for n in range(live.WAITING + 1):
        stream.offer(live.Event(pk=n, practice=cast.practice, kind="entry.new", object_id=n))
    last = [stream.queue.get_nowait() for _ in range(live.WAITING)][-1]
    assert last is None


def test_there_is_an_end_to_streams(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "STREAMS", 0)
    answer = cast.browser(cast.bob).get("/p/tern/events")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


def test_one_member_cannot_take_every_stream(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "OF_ONE_MEMBER", 1)

    async def story(heard: list[bytes]) -> None:
        bobs, alices = AsyncClient(), AsyncClient()
        await bobs.aforce_login(cast.bob.user)
        await alices.aforce_login(cast.alice.user)
        refused = await bobs.get("/p/tern/events")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        other = await alices.get("/p/tern/events")
        assert other.status_code == 200
        await other.streaming_content.aclose()

    assert listen(cast.bob, story)


@pytest.mark.parametrize("last", ["9" * 5000, "9" * 19, "-1", "²", "one"])
def test_a_last_event_that_was_never_sent_is_as_good_as_none(cast: Cast, last: str) -> None:
    async def story(heard: list[bytes]) -> None:
        await until(lambda: live.Broadcaster.here().task)

    tell(cast.practice, events.ENTRY_NEW, 1)
    heard = listen(cast.bob, story, **{"last-event-id": last})
    assert heard == ["retry: 3000\n\n"]


def test_an_event_that_commits_late_is_heard(cast: Cast) -> None:
    """On PostgreSQL ids are given before the commit: a lower one may appear after a higher."""

    async def story(heard: list[bytes]) -> None:
        await until(lambda: live.Broadcaster.here().task)
        make = sync_to_async(cast.practice.events.create)
        await make(pk=1_000_002, at=timezone.now(), kind="entry.new", object_id=2)
        await until(lambda: len(heard) == 2)
        await make(pk=1_000_001, at=timezone.now(), kind="entry.new", object_id=1)
        await until(lambda: len(heard) == 3)

    heard = listen(cast.bob, story)
    assert [number_of(text) for text in heard[1:]] == ["1000002", "1000001"]
