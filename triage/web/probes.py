"""Probes: what machines ask of us. They need no sign-in and tell nothing about posts."""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from triage.watch.health import health, health_json
from triage.web.metrics import REGISTRY


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Whether posts still move: 200, or 503 with the reasons in sentences."""
    found = health()
    return JsonResponse(health_json(found), status=503 if found.stopped else 200)


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Whether requests can be served: the database answers and knows every table."""
    try:
        missing = _expected() - set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError as error:
        reason = f"The database does not answer ({type(error).__name__})."
        return JsonResponse({"ok": False, "reasons": [reason]}, status=503)
    if missing:
        names = ", ".join(sorted(f"{app}.{name}" for app, name in missing))
        reason = f"Not migrated yet: {names}. Run `triage migrate`."
        return JsonResponse({"ok": False, "reasons": [reason]}, status=503)
    return JsonResponse({"ok": True, "reasons": []})


@never_cache
@require_safe
def metrics(_request: HttpRequest) -> HttpResponse:
    """The state of the rows in the text format of Prometheus."""
    try:
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError as error:
        words = f"# the database does not answer ({type(error).__name__})\n"
        return HttpResponse(words, status=503, content_type="text/plain")


@cache
def _expected() -> frozenset[tuple[str, str]]:
    """The migrations that this code was written for; they do not change while it runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
