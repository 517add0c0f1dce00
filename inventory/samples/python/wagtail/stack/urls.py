"""Everything is Wagtail's, but for the question whether the process can work."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("healthz", lambda _request: HttpResponse("ok\n", content_type="text/plain")),
    path("", include("cms.urls")),
]
