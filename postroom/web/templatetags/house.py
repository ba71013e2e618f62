"""Tags and filters of every page; built into the template engine, so nothing is loaded."""

import zlib
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any

import lucide
from django import template
from django.template import defaulttags
from django.template.base import FilterExpression, Parser, TextNode, Token
from django.template.context import Context
from django.urls import NoReverseMatch
from django.utils import formats, timezone, translation
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, pgettext

from postroom.web.addresses import address

register = template.Library()

AVATAR_COLOURS = 6


@register.tag("icon")
def icon_tag(parser: Parser, token: Token) -> template.Node:
    """`{% icon "mail" "s" %}`; one that is named in the template is drawn when that is read."""
    asked = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    named = [one.var for one in asked if isinstance(one.var, str) and not one.filters]
    return TextNode(icon(*named)) if len(named) == len(asked) else Icon(asked)


class Icon(template.Node):
    def __init__(self, asked: list[FilterExpression]) -> None:
        self.asked = asked

    def render(self, context: Context) -> SafeString:
        return icon(*(one.resolve(context) for one in self.asked))


@register.tag("url")
def url_tag(parser: Parser, token: Token) -> template.Node:
    """As Django's, from addresses.py."""
    node = defaulttags.url(parser, token)
    return node if node.kwargs else Address(node.view_name, node.args, node.kwargs, node.asvar)


class Address(defaulttags.URLNode):
    def render(self, context: Context) -> str:
        try:
            found = address(
                self.view_name.resolve(context), *(arg.resolve(context) for arg in self.args)
            )
        except NoReverseMatch:
            if not self.asvar:
                raise
            found = ""
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@cache
def icon(name: str, size: str = "") -> SafeString:
    """A Lucide icon as inline SVG, hidden from screen readers; size "", "s" or "l".

    Kept once drawn: drawing costs 74 µs each, and a page has up to a hundred.
    """
    drawing = lucide._render_icon(name, None)
    inner = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    css = f"i {size}".strip()
    return mark_safe(  # noqa: S308 - from the package's own files, never from a person
        f'<svg class="{css}" viewBox="0 0 24 24" aria-hidden="true">{inner}</svg>'
    )


@register.simple_tag
def pill(said: Any) -> SafeString:
    """What stands in a pill: `said` has its tone, its icon (either may be "") and its text."""
    return format_html(
        '<span class="pill{}">{}<span class="ell">{}</span></span>',
        f" {said.tone}" if said.tone else "",
        icon(said.icon) if said.icon else "",
        said.text,
    )


@register.filter
def initials(name: str) -> str:
    """One or two capitals for an avatar: «Hollis Farrow» gives HF, a number gives #."""
    words = [word for word in name.partition("@")[0].split() if word[0].isalpha()]
    if not words:
        return "#"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def colon(label: str, value: object) -> str:
    """«Telephone: 12» as it is set in the reader's language: with a space before it in French."""
    return gettext("%(label)s: %(value)s") % {"label": label, "value": value}


@register.filter
def avatar_class(name: str) -> str:
    """One of c1 to c6, always the same for the same name; the colour means nothing."""
    return f"c{zlib.crc32(name.casefold().encode()) % AVATAR_COLOURS + 1}"


@register.filter
def language_name(code: str) -> str:
    """«fr» in the reader's own language: French, français; a code nobody knows as it is."""
    try:
        return translation.get_language_info(code)["name_translated"]
    except KeyError:
        return code


@register.filter
def when(value: datetime | None) -> str:
    """As short as is clear, in the practice's time zone: 09:40, Sun, Thu 26 Nov, 26 Nov 2024."""
    if value is None:
        return ""
    local, today = timezone.localdate(value), timezone.localdate()
    if local == today:
        return clock(value)
    if timedelta(0) < today - local < timedelta(days=7):
        return _written(local, pgettext("weekday alone, Django date format", "D"))
    if local.year == today.year:
        return _written(local, "SHORT_DATE_FORMAT")
    return _written(local, "DATE_FORMAT")


@register.filter
def clock(value: datetime | None) -> str:
    """The time of day alone: 09:40, 9 h 40."""
    return _written(timezone.localtime(value).time(), "TIME_FORMAT") if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time: «Thu 26 Nov, 09:20», with the year when it is another one."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    same_year = local.year == timezone.localdate().year
    both = formats.get_format("SHORT_DATETIME_FORMAT" if same_year else "DATETIME_FORMAT")
    day_format, comma, time_format = both.partition(", ")
    return _written(local.date(), day_format) + comma + _written(local.time(), time_format)


@register.filter
def day(value: datetime) -> str:
    """The heading of a day: Today, Yesterday, Friday 20 November, 12 Nov 2024."""
    local, today = timezone.localdate(value), timezone.localdate()
    if local == today:
        return gettext("Today")
    if local == today - timedelta(days=1):
        return gettext("Yesterday")
    return _written(local, "MONTH_DAY_FORMAT" if local.year == today.year else "DATE_FORMAT")


def _written(value: date | time, form: str) -> str:
    """Django takes 20 µs to write a day: the days of a list are few, and so are its minutes."""
    if isinstance(value, time):
        value = value.replace(second=0, microsecond=0)  # which no format shows
    return _in_words(value, form, translation.get_language())


@lru_cache(4096)
def _in_words(value: date | time, form: str, language: str | None) -> str:
    if isinstance(value, time):
        return formats.time_format(value, form)
    return formats.date_format(value, form)


@register.filter
def ago(value: datetime) -> str:
    """How long ago, up to a day; then day and time, since «31 hours ago» helps nobody."""
    minutes = int((timezone.now() - value).total_seconds() // 60)
    if minutes < 1:
        return gettext("just now")
    if minutes < 60:
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    if minutes < 24 * 60:
        hours = minutes // 60
        return ngettext("%(n)d h ago", "%(n)d h ago", hours) % {"n": hours}
    return moment(value)


@register.filter
def number(value: int) -> str:
    """A count with its thousands apart: 9,480; 9 480."""
    return formats.number_format(value, force_grouping=True)


@register.filter
def size(octets: int) -> str:
    """A file's size in words: 96 KB, 1.2 MB; 96 Ko, 1,2 Mo."""
    for unit, words in ((10**9, gettext("GB")), (10**6, gettext("MB")), (10**3, gettext("KB"))):
        if octets >= unit:
            number = octets / unit
            places = 1 if number < 10 and unit > 10**3 else 0
            return f"{formats.number_format(number, places, force_grouping=True)}\xa0{words}"
    return ngettext("%(n)d byte", "%(n)d bytes", octets) % {"n": octets}
