"""Templates: the list, one of them with its preview, putting away, and the starters."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postroom.clients.models import Client
from postroom.kit import light
from postroom.kit.text import clean
from postroom.outbox import filling, starters, template_actions, template_fields
from postroom.outbox.enclosures import NewFile
from postroom.outbox.forms.templates import TemplateForm
from postroom.outbox.template_actions import NameTaken, Wording
from postroom.outbox.template_models import Template, TemplateVersion
from postroom.practice.access import MemberRequest, member_required
from postroom.practice.rules import READ, WRITE
from postroom.register.paging import number

METHODS = ["GET", "HEAD", "POST"]
FOUND = 8


@dataclass(frozen=True)
class Preview:
    """A template as it would arrive at a real client."""

    client: Client
    subject: str
    body: SafeString
    missing: list[str]


@member_required(WRITE)
@require_safe
def templates(request: MemberRequest) -> HttpResponse:
    """By channel and purpose; `?show=archived` those put away."""
    put_away = request.GET.get("show") == "archived"
    rows = Template.objects.filter(practice=request.practice, archived_at__isnull=not put_away)
    channel = request.GET.get("channel", "")
    if channel in dict(Template.CHANNELS):
        rows = rows.filter(channel=channel)
    listed = list(rows.order_by("name", "language").prefetch_related("versions__enclosures"))
    context = {
        "nav": "templates",
        "appcls": "tall",
        "rows": [(row, _speaks_of_health(row, row.current)) for row in listed],
        "channel": channel,
        "channels": Template.CHANNELS,
        "put_away": put_away,
        "starters": _starters_left(request),
    }
    return render(request, "outbox/templates.html", context)


@member_required(WRITE)
@require_http_methods(METHODS)
def new(request: MemberRequest) -> HttpResponse:
    return _edit(request, None)


@member_required(WRITE)
@require_http_methods(METHODS)
def template(request: MemberRequest, template: int) -> HttpResponse:
    """One template; `?client` or the form’s own shows it filled in for a real client."""
    return _edit(request, _template(request, template))


@member_required(WRITE)
@require_POST
def archive(request: MemberRequest, template: int) -> HttpResponse:
    """Put it away, or take it out again."""
    found = _template(request, template)
    if found.archived_at:
        template_actions.restore(found, by=request.member, now=timezone.now())
        messages.success(request, _("“%(name)s” is in use again.") % {"name": found.name})
    else:
        template_actions.archive(found, by=request.member, now=timezone.now())
        messages.success(request, _("“%(name)s” is put away.") % {"name": found.name})
    return redirect("outbox:templates", request.practice.slug)


@member_required(WRITE)
@require_POST
def install(request: MemberRequest) -> HttpResponse:
    """Bring the starters this practice does not have yet."""
    count = template_actions.install_starters(
        request.practice, by=request.member, now=timezone.now()
    )
    words = ngettext("%(n)d template was added.", "%(n)d templates were added.", count)
    messages.success(request, words % {"n": count})
    return redirect("outbox:templates", request.practice.slug)


@member_required(READ)
@require_safe
def help_templates(request: MemberRequest) -> HttpResponse:
    """How to create a template (PG-32)."""
    fields = [_shown(kind) for kind in template_fields.FIELDS]
    context = {"nav": "templates", "appcls": "tall", "fields": fields}
    return render(request, "outbox/help_templates.html", context)


def _edit(request: MemberRequest, found: Template | None) -> HttpResponse:
    """The form, saved or only previewed."""
    version = found.current if found else None
    files = request.FILES if request.method == "POST" else None
    form = TemplateForm(
        request.practice, request.POST or None, files, template=found, version=version
    )
    looks = "client" in request.POST or "do" in request.GET
    saves = request.method == "POST" and request.POST.get("do", "save") == "save" and not looks
    if saves and form.is_valid():
        try:
            saved = _save(request, found, form)
        except NameTaken:
            form.add_error("name", _("Another one of this kind and language is called so."))
        except OSError:
            form.add_error("enclosed", _("The file could not be kept: the disk is full."))
        else:
            messages.success(request, _("The template is saved."))
            return redirect("outbox:template", request.practice.slug, saved.pk)
    return _page(request, found, version, form, wrong=saves)


def _save(request: MemberRequest, found: Template | None, form: TemplateForm) -> Template:
    data = form.cleaned_data
    wording = Wording(
        data["subject"],
        data["body"],
        tuple(NewFile(one.name, one.content_type or "", one.read()) for one in data["enclosed"]),
        tuple(data["keeps"]),
    )
    facts = {name: data[name] for name in form.FACTS}
    now = timezone.now()
    if found is None:
        return template_actions.create(request.practice, facts, wording, by=request.member, now=now)
    return template_actions.change(found, facts, wording, by=request.member, now=now)


def _page(
    request: MemberRequest,
    found: Template | None,
    version: TemplateVersion | None,
    form: TemplateForm,
    *,
    wrong: bool,
) -> HttpResponse:
    purpose = str(form["purpose"].value() or Template.MESSAGE)
    asked = request.POST if request.method == "POST" else request.GET
    words = clean(asked.get("find", "")).strip()[:100]
    context = {
        "nav": "templates",
        "appcls": "tall",
        "template": found,
        "version": version,
        "form": form,
        "wrong": wrong,
        "fields": [_shown(kind) for kind in template_fields.offered(purpose)],
        "health": template_fields.health(form.named(), request.practice),
        "words": words,
        "found": _clients(request, words),
        "preview": _preview(request, form, asked),
    }
    return render(request, "outbox/template.html", context, status=422 if wrong else 200)


def _preview(request: MemberRequest, form: TemplateForm, asked: Any) -> Preview | None:
    """The words of the form, saved or not, for the client asked for."""
    rows = Client.objects.open_to(request.member)
    client = rows.filter(pk=number(asked.get("client")) or 0).first()
    if client is None:
        return None
    unsaved = TemplateVersion(
        template=Template(
            channel=str(form["channel"].value()), language=str(form["language"].value())
        ),
        subject=str(form["subject"].value() or ""),
        body=clean(str(form["body"].value() or "")),
    )
    done = filling.laid(unsaved, filling.recipient(request.member, client), timezone.now())
    names = {kind.name: str(kind.words) for kind in template_fields.FIELDS}
    missing = [f"{{{name}}} ({names[name]})" for name in done.missing if name in names]
    body = mark_safe(light.html(done.text))  # noqa: S308 - escaped in kit/light.py
    return Preview(client, done.subject, body, missing)


def _clients(request: MemberRequest, words: str) -> list[Client]:
    rows = Client.objects.open_to(request.member)
    return list(rows.search(words).order_by("name", "pk")[:FOUND]) if words else []


def _template(request: MemberRequest, pk: int) -> Template:
    rows = Template.objects.filter(practice=request.practice)
    return get_object_or_404(rows.prefetch_related("versions"), pk=pk)


def _shown(kind: template_fields.Kind) -> dict[str, Any]:
    return {
        "written": f"{{{kind.name}}}",
        "words": kind.words,
        "group": kind.group,
        "health": kind.health,
    }


def _speaks_of_health(row: Template, version: TemplateVersion) -> bool:
    seen = version.body if row.channel == Template.SMS else version.subject
    return bool(template_fields.health(template_fields.named(seen), row.practice))


def _starters_left(request: MemberRequest) -> int:
    """How many of the starters are not here yet."""
    practice = request.practice
    held = set(practice.templates.exclude(starter="").values_list("starter", "language"))
    return sum(
        (one.key, language) not in held
        for language in practice.languages or [practice.language]
        for one in starters.starters(practice.kind, language)
    )
