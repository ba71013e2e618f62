"""What is shown when something goes wrong: what happened, what was kept, what to do. No detail."""

import errno
import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """413 for what is too big, 400 for what cannot be understood."""
    status = 413 if isinstance(exception, TOO_MUCH) else 400
    return render(request, f"{status}.html", status=status)


def server_error(request: HttpRequest) -> HttpResponse:
    """507 when the disk is full, 503 when the database is too busy, otherwise 500."""
    status = _status_of(sys.exc_info()[1])
    return render(request, f"{status}.html", status=status)


def _status_of(error: Any) -> int:
    match error:
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return 507
        case OperationalError() if "disk is full" in str(error):
            return 507
        case OperationalError() if "locked" in str(error):
            return 503
    return 500
