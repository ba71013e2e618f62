"""Static files in front of everything else, sync or async."""

from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from whitenoise.middleware import WhiteNoiseMiddleware

from postroom.web.middleware import Handler


@sync_and_async_middleware
def static_files(get_response: Handler) -> Handler:
    """WhiteNoise's index of files, served whole: each is small, and a file read in pieces would
    have to leave the event loop for each piece."""
    shelf = WhiteNoiseMiddleware(get_response)

    if iscoroutinefunction(get_response):

        async def answer_async(request: HttpRequest) -> HttpResponseBase:
            return _serve(shelf, request) or await get_response(request)

        return answer_async

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _serve(shelf, request) or get_response(request)

    return answer


def _serve(shelf: Any, request: HttpRequest) -> HttpResponse | None:
    file = shelf.files.get(request.path_info)
    if file is None:
        return None
    found = file.get_response(request.method, request.META)
    body = b""
    if found.file:
        with found.file:
            body = found.file.read()
    response = HttpResponse(body, status=int(found.status))
    del response.headers["Content-Type"]
    for name, value in found.headers:
        response.headers[name] = value
    return response
