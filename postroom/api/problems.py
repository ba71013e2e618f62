"""What went wrong, as problem details (RFC 9457), in the caller's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

TYPE = "application/problem+json"


class Wrong(Exception):
    """The request cannot be done: status, a sentence, and errors row by row."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Iterable[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.errors = status, detail, list(errors)
        self.headers = dict(headers or {})


def answer(wrong: Wrong) -> HttpResponse:
    """A problem as its own document."""
    told: dict[str, Any] = {"status": wrong.status, "detail": wrong.detail}
    if wrong.errors:
        told["errors"] = wrong.errors
    return JsonResponse(
        told,
        status=wrong.status,
        content_type=TYPE,
        headers=wrong.headers,
        json_dumps_params={"ensure_ascii": False},
    )


def install(api: NinjaAPI) -> None:
    """Let every error of this API be answered as a problem."""

    @api.exception_handler(Wrong)
    def wrong(request: HttpRequest, error: Wrong) -> HttpResponse:
        return answer(error)

    @api.exception_handler(AuthenticationError)
    def nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        words = _("There is no such token, or it is good no longer.")
        return answer(Wrong(401, words, headers={"WWW-Authenticate": "Bearer"}))

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return answer(Wrong(404, _("There is no such thing here.")))

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return answer(Wrong(413, _("The request is larger than 5 MB: send it in parts.")))

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        words = _("The request is not written as it must be. Nothing was changed.")
        return answer(Wrong(422, words, map(_shape, error.errors)))

    @api.exception_handler(HttpError)
    def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        known = {400: _("The request is not JSON.")}
        return answer(Wrong(error.status_code, known.get(error.status_code, str(error))))


def _shape(error: Mapping[str, Any]) -> dict[str, Any]:
    """Where it is: which row of a batch, which field; the words are the library's."""
    place = error["loc"][2:] or error["loc"][1:]
    row = next((part for part in place if isinstance(part, int)), None)
    names = [str(part) for part in place if isinstance(part, str)]
    told: dict[str, Any] = {"field": names[0] if names else "", "detail": error["msg"]}
    return told if row is None else {"row": row, **told}
