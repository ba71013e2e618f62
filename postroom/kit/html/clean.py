"""The sanitiser: a fragment of a mail's HTML that is safe to put into the frame's document."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape

import nh3
from django.utils.translation import gettext

from postroom.kit.html import allowed, links, styles
from postroom.kit.html.bounds import bounded
from postroom.kit.html.pictures import Pictures

LIMIT = 2_000_000  # characters of source
# Letters that make later letters be drawn in another order; marks (200E, 200F) are kept.
_OVERRIDES = re.compile("[\u202d\u202e]")


@dataclass(frozen=True)
class Safe:
    """A fragment to show, the outside pictures and grounds left out, and the links in it.

    `outside` is the number of outside pictures that are shown.
    """

    body: str
    blocked: int
    links: int
    outside: int = 0


def safe(
    html: str,
    *,
    picture: Callable[[str], str | None],
    show_remote: bool = False,
    remote: Callable[[str], str | None] | None = None,
    away: Callable[[str], str] | None = None,
) -> Safe:
    """Sanitise a mail's HTML; never raises on what the mail holds.

    `picture` gives the address of an inline (cid) picture, without its angle brackets, or None.
    `remote` gives the address of our proxy for an outside picture, or None; it is asked only with
    `show_remote`. Backgrounds are never fetched; they count as blocked in any case. `away` gives
    the address of the page that a link to a web address goes by way of.
    """
    pictures = Pictures(inline=picture, remote=remote, show_remote=show_remote)
    source = html[:LIMIT].encode("utf-8", "replace").decode("utf-8")  # no lone surrogates
    body = nh3.clean(
        bounded(source),
        tags=set(allowed.TAGS),
        attributes=allowed.ATTRIBUTES,
        attribute_filter=_filter(pictures),
        # Relative addresses pass here: the filter refuses the mail's own and writes ours.
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        filter_style_properties=set(styles.PROPERTIES),
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    note = gettext("This link really goes here")
    body, count = links.clear(_OVERRIDES.sub("", body), note, away)
    if len(html) > LIMIT:
        cut = gettext("The rest of this message is too long to show.")
        body += f'<p class="cut">{escape(cut)}</p>'
    return Safe(body=body, blocked=pictures.blocked, links=count, outside=pictures.shown)


def _filter(pictures: Pictures) -> Callable[[str, str, str], str | None]:
    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "style":
            pictures.blocked += styles.fetches(value)
            return styles.kept(value) or None
        if name == "background":
            pictures.blocked += bool(value.strip()) and not value.strip().lower().startswith("cid:")
            return None
        if name == "src":
            return pictures.source(value)
        if name == "href":
            return links.web_address(value)
        rule = allowed.VALUES.get(name)
        return value if rule is None or rule(value.strip()) else None

    return keep
