"""The practice's email accounts: list, add, test, switch off and on, check now."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from postroom.connections.models import MailAccount
from postroom.practice import rules
from postroom.practice.access import member_required


@member_required(rules.SETTINGS)
def accounts(request: Any) -> HttpResponse:
    """How each account is, in words."""
    found = MailAccount.objects.filter(practice=request.practice, owner=None).order_by("name")
    context = {"nav": "accounts", "appcls": "tall", "accounts": found}
    return render(request, "connections/accounts.html", context)
