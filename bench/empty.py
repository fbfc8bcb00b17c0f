"""A view that does nothing, behind the same server and settings: the ceiling of a measurement.

gunicorn bench.empty:application
"""

import os

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


@csrf_exempt
def empty(_request: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [path("empty", empty)]

from django.conf import settings  # noqa: E402  the environment must be set first

settings.ROOT_URLCONF = "bench.empty"
application = get_wsgi_application()
