"""Addresses of the web process."""

from django.urls import include, path

from triage.api.urls import api

urlpatterns = [path("api/v1/", api.urls), path("", include("triage.web.urls"))]
