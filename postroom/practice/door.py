"""Each request comes past here: whose seat is it, and is it locked or over? And from where does
it come: whatever it does is written down with that.

A locked seat has nobody in it: every view sees a stranger, and access.py shows the lock page.
"""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware

from postroom.practice import audit, devices, seats

Handler = Callable[[HttpRequest], Any]
BACKGROUND = "Postroom-Background"  # a page asks by itself, and nobody has touched it (idle.js)


@sync_and_async_middleware
def door(get_response: Handler) -> Handler:
    """Puts `seat` and `locked` on the request; remembers the browser when somebody came in."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            with audit.acting_from(request.META.get("REMOTE_ADDR", "")):
                await sync_to_async(_look)(request)
                return _remember(request, await get_response(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        with audit.acting_from(request.META.get("REMOTE_ADDR", "")):
            _look(request)
            return _remember(request, get_response(request))

    return answer


def _look(request: Any) -> None:
    request.seat, request.locked = None, False
    if not request.user.is_authenticated:
        return
    now = timezone.now()
    seat = seats.of_session(request.session.session_key, now)
    if seat is None or seat.user_id != request.user.pk:
        auth.logout(request)
        _nobody(request)
        return
    request.seat, request.locked = seat, seat.locked_at is not None
    if request.locked:
        _nobody(request)
    elif BACKGROUND not in request.headers:
        seats.touch(seat, now)


def _nobody(request: Any) -> None:
    request.user = request._acached_user = AnonymousUser()


def _remember(request: Any, response: HttpResponseBase) -> HttpResponseBase:
    if account := getattr(request, "came_in", ""):
        devices.remember(request, response, account)
    return response
