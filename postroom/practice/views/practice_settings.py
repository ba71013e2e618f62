"""The practice's own data, and the days on which it is closed."""

from zoneinfo import available_timezones

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from postroom.practice import closing, rules
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.actions import Refused, save_practice
from postroom.practice.forms.practice_settings import (
    ClosedDayForm,
    HolidayForm,
    PracticeForm,
    WeekdaysForm,
)
from postroom.practice.models import ClosedDay
from postroom.practice.signatures import filled


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def practice_settings(request: MemberRequest) -> HttpResponse:
    """Name, words, place, languages, signature. «do» other than save only draws the page anew:
    the regions of another country, the signature as it would look."""
    form = PracticeForm(request.practice, request.POST or None)
    saves = request.POST.get("do", "save") == "save"
    if request.method == "POST" and saves and form.is_valid():
        save_practice(request.practice, form.facts(), by=request.member, now=timezone.now())
        # The answer is read after the change, perhaps of the language.
        with translation.override(request.member.language or request.practice.language):
            messages.success(request, _("The settings of the practice are saved."))
        return redirect("practice:settings", request.practice.slug)
    context = {
        "nav": "practice",
        "appcls": "tall",
        "form": form,
        "preview": filled(form["signature"].value() or "", request.member, request.practice),
        "time_zones": sorted(zone for zone in available_timezones() if "/" in zone),
    }
    failed = saves and bool(form.errors)
    return render(
        request, "practice/practice_settings.html", context, status=422 if failed else 200
    )


@member_required(rules.SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def closed_days(request: MemberRequest) -> HttpResponse:
    """The weekdays, the days of its own, and the public holidays of this year and the next."""
    # Nothing ticked is an answer too: the form is sent without a field then.
    sent = request.POST if request.method == "POST" else None
    form = WeekdaysForm(sent, initial={"weekdays": request.practice.closed_weekdays})
    if request.method == "POST" and form.is_valid():
        closing.set_weekdays(
            request.practice, form.cleaned_data["weekdays"], by=request.member, now=timezone.now()
        )
        messages.success(request, _("The closed weekdays are saved."))
        return _to_days(request)
    return _days_page(request, form, ClosedDayForm())


@member_required(rules.SETTINGS)
@require_POST
def close_day(request: MemberRequest) -> HttpResponse:
    """A day on which the practice is closed."""
    form = ClosedDayForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            closing.close(
                request.practice,
                data["day"],
                data["name"],
                by=request.member,
                now=timezone.now(),
            )
        except Refused as why:
            form.add_error("day", str(why))
        else:
            messages.success(request, _("The day is in the list."))
            return _to_days(request)
    weekdays = WeekdaysForm(initial={"weekdays": request.practice.closed_weekdays})
    return _days_page(request, weekdays, form)


@member_required(rules.SETTINGS)
@require_POST
def open_day(request: MemberRequest) -> HttpResponse:
    """The practice works on this public holiday."""
    form = HolidayForm(request.POST)
    if form.is_valid():
        closing.open_anyway(
            request.practice, form.cleaned_data["day"], by=request.member, now=timezone.now()
        )
        messages.success(request, _("The practice is open that day."))
    else:
        messages.error(request, _("This is not a date."))
    return _to_days(request)


@member_required(rules.SETTINGS)
@require_POST
def forget_day(request: MemberRequest, closed_day: int) -> HttpResponse:
    """Take a day out of the list."""
    chosen = get_object_or_404(request.practice.closed_days, pk=closed_day)
    closing.forget(chosen, by=request.member, now=timezone.now())
    messages.success(request, _("The day is as any other again."))
    return _to_days(request)


def _days_page(request: MemberRequest, weekdays: WeekdaysForm, day: ClosedDayForm) -> HttpResponse:
    today = timezone.localdate()
    years = (today.year, today.year + 1)
    own = ClosedDay.objects.filter(practice=request.practice, open=False, day__gte=today)
    context = {
        "nav": "practice",
        "appcls": "tall",
        "weekdays": weekdays,
        "form": day,
        "own": own.order_by("day"),
        "holidays": closing.holidays_of(request.practice, years, translation.get_language()),
        "years": f"{years[0]}–{years[1]}",
        "today": today,
    }
    wrong = weekdays.errors or day.errors
    return render(request, "practice/closed_days.html", context, status=422 if wrong else 200)


def _to_days(request: MemberRequest) -> HttpResponseRedirect:
    return redirect("practice:closed_days", request.practice.slug)
