"""Who may open a page: the path names the practice, the session proves it (MODEL decision 8).

Every view of a practice goes through `member_required`; the access matrix test reads the right
it declares from the view itself.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from postroom.practice import arriving, factors, seats
from postroom.practice.models import Member, Practice, SignedIn, User

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """What a view of a practice is given."""

    member: Member
    practice: Practice
    seat: SignedIn


def member_required(right: str, *, without_factor: bool = False) -> Callable[[View], View]:
    """Signed in, a member of the practice in the path (else 404), with this right (else 403).

    Who must have a second factor and has none is sent to set one up, but for pages that say
    `without_factor`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: Any, practice: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_door(request, reverse("web:home", args=[practice]))
            enter(request, practice, right)
            if not without_factor and lacks_factor(request.member):
                return _go(request, reverse("practice:security", args=[practice]))
            return view(request, *args, **kwargs)

        checked.right = right  # type: ignore[attr-defined]
        return checked

    return decorate


def fresh_required(view: View) -> View:
    """For credentials, exports, members: the full proof was given within ten minutes, else the
    person is asked for it and returns to this page. Stands below `member_required`."""
    return _fresh(view, arriving.FRESH)


def fresh_form(view: View) -> View:
    """The same for opening a form; to fill it in one has until 25 minutes after the proof, so
    that nothing typed is lost."""
    return _fresh(view, arriving.FILLED_IN)


def _fresh(view: View, to_send: timedelta) -> View:
    @wraps(view)
    def checked(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        opens = request.method in ("GET", "HEAD")
        within = arriving.FRESH if opens else to_send
        if arriving.is_fresh(request, timezone.now(), within):
            return view(request, *args, **kwargs)
        slug = request.practice.slug
        back = page_of(request) or reverse("web:home", args=[slug])
        query = urlencode({"next": back})
        return _go(request, f"{reverse('practice:confirm', args=[slug])}?{query}")

    return checked


def to_door(request: Any, otherwise: str = "/") -> HttpResponseBase:
    """To the door, or to the lock of a seat that is there still; and afterwards to a page that
    can be opened, else to `otherwise`."""
    page = page_of(request)
    if getattr(request, "locked", False):
        # A frame or a picture inside a page is not where somebody goes on.
        whole = request.headers.get("Sec-Fetch-Dest", "document") == "document"
        if whole or request.htmx:
            seats.go_on_at(request.seat, page, over=whole and not request.htmx)
        return _go(request, reverse("practice:lock"))
    return _go(request, redirect_to_login(page or otherwise).url)


def page_of(request: Any) -> str:
    """The page this request is about: not what a form was sent to, nor the piece of a page that
    htmx asked for; "" where it is not known."""
    if request.htmx:
        return request.htmx.current_url_abs_path or ""  # of this site only
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return page_before(request)


def page_before(request: Any) -> str:
    """The page of this site that a form was sent from, as the browser tells it; else ""."""
    before = request.META.get("HTTP_REFERER", "")
    hosts, secure = {request.get_host()}, request.is_secure()
    if not before or not url_has_allowed_host_and_scheme(before, hosts, require_https=secure):
        return ""
    return urlsplit(before)._replace(scheme="", netloc="", fragment="").geturl()


def enter(request: Any, slug: str, right: str) -> None:
    """Put the member and the practice on the request. Raises Http404 or PermissionDenied."""
    member = membership(request, request.user, slug)
    if member is None:
        raise Http404
    if not member.may(right):
        raise PermissionDenied(
            _("Your role does not include this. An administrator of the practice can change that.")
        )
    request.member, request.practice = member, member.practice


def membership(request: Any, user: User, slug: str) -> Member | None:
    """The place of this person in this practice; with no practice named, the first of theirs.

    Looked up once a request, all of them together: the language asks before the view does, and
    each page shows whether there is another one.
    """
    known: dict[int, list[Member]] = request.__dict__.setdefault("places", {})
    if user.pk not in known:
        known[user.pk] = Member.objects.places(user)
    return next((one for one in known[user.pk] if slug in ("", one.practice.slug)), None)


def lacks_factor(member: Member) -> bool:
    """Whether this member must have a second factor by now and has none."""
    since = factors.due(member)
    return since is not None and timezone.now() >= since


def _go(request: Any, url: str) -> HttpResponseBase:
    # A redirect would be followed by htmx and that page laid into this one.
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
