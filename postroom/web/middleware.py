"""What every request goes through here: a language and a time zone; pages nobody may keep."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.decorators import sync_and_async_middleware

from postroom.practice.access import membership
from postroom.practice.models import Member

Handler = Callable[[HttpRequest], Any]
SPOKEN = {code for code, _ in settings.LANGUAGES}


@sync_and_async_middleware
def language(get_response: Handler) -> Handler:
    """The member's language, else the practice's, else the browser's; the practice's clock."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            _speak(request, await sync_to_async(_membership)(request))
            return _said(await get_response(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        _speak(request, _membership(request))
        return _said(get_response(request))

    return answer


@sync_and_async_middleware
def private_pages(get_response: Handler) -> Handler:
    """What a signed-in person sees stays in no cache, theirs included (RELIABILITY 4.10)."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            return _private(request, await get_response(request))

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _private(request, get_response(request))

    return answer


@sync_and_async_middleware
def not_a_page(get_response: Handler) -> Handler:
    """Whoever opens what only takes a form's POST is told so: Django's own 405 is empty."""
    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            response = await get_response(request)
            if response.status_code == 405:
                await sync_to_async(_explain)(request, response)
            return response

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 405:
            _explain(request, response)
        return response

    return answer


def _membership(request: HttpRequest) -> Member | None:
    """The membership whose language is spoken: of the practice in the path, else the first."""
    # A locked page speaks as it did before.
    locked = getattr(request, "locked", False)
    user: Any = request.seat.user if locked else request.user  # type: ignore[attr-defined]
    if not user.is_authenticated:
        return None
    match request.path_info.split("/"):
        case ["", "p", slug, *_]:
            return membership(request, user, slug)
    return membership(request, user, "")


def _speak(request: HttpRequest, member: Member | None) -> None:
    chosen = (member.language or member.practice.language) if member else ""
    if chosen not in SPOKEN:
        chosen = translation.get_language_from_request(request)
    translation.activate(chosen)
    request.LANGUAGE_CODE = chosen
    if member:
        timezone.activate(member.practice.time_zone)
    else:
        timezone.deactivate()


def _explain(request: HttpRequest, response: HttpResponse) -> None:
    """The page is written into the answer that is there, so that it keeps its Allow header."""
    if not response.content and request.method != "HEAD":
        response.content = render_to_string("405.html", request=request).encode()


def _said(response: HttpResponseBase) -> HttpResponseBase:
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    response.headers.setdefault("Content-Language", translation.get_language() or "en")
    return response


def _private(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if request.user.is_authenticated:
        add_never_cache_headers(response)
    return response
