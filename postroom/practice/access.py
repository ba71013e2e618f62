"""Who may open a page: the path names the practice, the session proves it (MODEL decision 8).

Every view of a practice goes through `member_required`; the access matrix test reads the right
it declares from the view itself.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from postroom.practice.audit import network_of
from postroom.practice.models import Member, Practice

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """What a view of a practice is given."""

    member: Member
    practice: Practice


def member_required(right: str) -> Callable[[View], View]:
    """Signed in, a member of the practice in the path (else 404), with this right (else 403)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: Any, practice: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request, practice)
            enter(request, practice, right)
            return view(request, *args, **kwargs)

        checked.right = right  # type: ignore[attr-defined]
        return checked

    return decorate


def to_sign_in(request: Any, slug: str) -> HttpResponseBase:
    """To the door, and afterwards to a page that can be opened: not to what a form was sent to,
    nor to the piece of a page that htmx asked for."""
    back = reverse("web:home", args=[slug])
    if request.htmx:
        back = request.htmx.current_url_abs_path or back  # of this site only, else None
    elif request.method in ("GET", "HEAD"):
        back = request.get_full_path()
    answer = redirect_to_login(back)
    # A redirect would be followed by htmx and the door laid into the page.
    return HttpResponseClientRedirect(answer.url) if request.htmx else answer


def enter(request: Any, slug: str, right: str) -> None:
    """Put the member and the practice on the request. Raises Http404 or PermissionDenied."""
    member = Member.objects.of(request.user).filter(practice__slug=slug).first()
    if member is None:
        raise Http404
    if not member.may(right):
        raise PermissionDenied(
            _("Your role does not include this. An administrator of the practice can change that.")
        )
    member.network = network_of(request)
    request.member, request.practice = member, member.practice
