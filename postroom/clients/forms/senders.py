"""What may be typed about senders: addresses and domains, one or many, and their kind."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from postroom.clients.rules import pattern_of, refusal
from postroom.clients.senders import may_set
from postroom.clients.words import kinds_of_senders
from postroom.kit.text import clean
from postroom.practice.models import Member, Practice
from postroom.practice.words import words_of

MOST = 1000  # of one paste
NAMED = 5  # of those that are wrong


def kinds_for(member: Member) -> list[tuple[str, Any]]:
    """The kinds of rule this member may make, with their words."""
    kinds = kinds_of_senders(member.practice)
    return [(kind, words) for kind, words in kinds.items() if may_set(member, kind)]


def refused(pattern: str, kind: str, practice: Practice) -> str:
    """Why there can be no such rule, as a sentence; "" where there can."""
    sentences = {
        "public": _(
            "Anybody can have an address at %(domain)s, your %(clients_word)s too. Give whole"
            " addresses."
        ),
        "form": _("A web form is trusted by its whole address, not by %(domain)s."),
    }
    why = refusal(pattern, kind)
    nouns = words_of(practice).within()
    return sentences[why] % {**nouns, "domain": pattern} if why else ""


class SendersForm(forms.Form):
    """One address or domain, or a whole list: one a line, or with commas between them."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What they are"),
        error_messages={
            "required": gettext_lazy("Say what they are."),
            "invalid_choice": gettext_lazy("Say what they are."),
        },
    )
    senders = forms.CharField(
        label=gettext_lazy("Addresses or domains"),
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "class": "inp"}),
        help_text=gettext_lazy(
            "One a line. A domain such as example.org stands for everybody there."
        ),
        max_length=100_000,
        error_messages={
            "required": gettext_lazy("Type an address or a domain."),
            "max_length": gettext_lazy("That is too much at once. Paste a part of it."),
        },
    )

    def __init__(self, member: Member, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.practice = member.practice
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = kinds_for(member)
        field.widget.attrs["class"] = "inp"

    def clean(self) -> dict[str, Any]:
        """`patterns` is added: as rules compare them."""
        data = self.cleaned_data
        words = _words(clean(data.get("senders", "")))
        if "senders" not in data or "kind" not in data:
            return data
        if len(words) > MOST:
            self.add_error("senders", _("At most %(most)d at once.") % {"most": MOST})
        patterns = {word: pattern_of(word) for word in words[:MOST]}
        wrong = [word for word, pattern in patterns.items() if not pattern]
        if wrong:
            named = ", ".join(wrong[:NAMED]) + ("…" if len(wrong) > NAMED else "")
            sentence = _("Neither an address nor a domain: %(words)s. Nothing was added.")
            self.add_error("senders", sentence % {"words": named})
        said = dict.fromkeys(
            refused(one, data["kind"], self.practice) for one in patterns.values() if one
        )
        for sentence in [one for one in said if one][:NAMED]:
            self.add_error("senders", sentence)
        data["patterns"] = list(dict.fromkeys(patterns.values()))
        return data


class KindForm(forms.Form):
    """Another kind for a rule that is there."""

    kind = forms.ChoiceField()

    def __init__(self, member: Member, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = kinds_for(member)


def _words(text: str) -> list[str]:
    """What stands for an address or a domain; of «Ana Silva <ana@example.org>» the address."""
    found = []
    for piece in re.split(r"[\n,;]+", text):
        words = [word.strip("<>()\"'") for word in piece.split()]
        found += [word for word in words if "@" in word] or words
    return [word for word in found if word]
