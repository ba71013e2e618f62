"""Two questions of whoever watches the machine. The answers carry no detail."""

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from postroom.intake.health import is_silent
from postroom.practice.jobs import last_beat

log = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """It can work: database reachable, all migrations applied, key present. Else 503."""
    checks = {"key": bool(settings.KEYRING.keys), **_database()}
    ok = all(checks.values())
    # The pages do without the worker: whether it lives is told, and makes nobody unready.
    checks["worker"] = checks["database"] and checks["migrations"] and _worker()
    return JsonResponse({"ok": ok, **checks}, status=200 if ok else 503)


def _worker() -> bool:
    """Whether a worker has been heard of within five minutes."""
    beat = last_beat()
    return beat is not None and not is_silent(beat, timezone.now())


def _database() -> dict[str, bool]:
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        log.exception("The database cannot be reached.")
        return {"database": False, "migrations": False}
    return {"database": True, "migrations": not plan}
