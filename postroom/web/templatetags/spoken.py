"""Django's tags for words, loaded in its place by `{% load i18n %}` (settings.py).

A sentence that stands whole in a template is looked up once in each language instead of on every
page: a list of fifty letters has three hundred of them, of 7 µs each. It holds nothing of a person.
"""

from typing import Any

from django.template import Library, Node
from django.template.base import FilterExpression, Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Kept(Node):
    """What a tag says in each language, once it has been asked."""

    child_nodelists = ()

    def __init__(self, said: Node) -> None:
        self.said, self.by_language = said, dict[str | None, str]()

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.by_language:
            self.by_language[language] = self.said.render(context)
        return self.by_language[language]


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    node = i18n.do_translate(parser, token)
    fixed = _is_fixed(node.filter_expression) and _is_fixed(node.message_context)
    return Kept(node) if fixed and not node.asvar else node


@register.tag("blocktranslate")
@register.tag("blocktrans")
def blocktranslate(parser: Parser, token: Token) -> Node:
    node = i18n.do_block_translate(parser, token)
    fixed = not node.extra_context and not node.plural and _is_fixed(node.message_context)
    _, names = node.render_token_list(node.singular)
    return Kept(node) if fixed and not names and not node.asvar else node


def _is_fixed(found: FilterExpression | None) -> bool:
    """Is it nothing, or words in quotation marks without a filter?"""
    if found is None:
        return True
    literal: Any = found.var.literal if isinstance(found.var, Variable) else found.var
    return isinstance(literal, str) and not found.filters
