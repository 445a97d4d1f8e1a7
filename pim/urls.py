"""Every address of the PIM. An app's own addresses stand in its urls.py, under the admin's."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from pim.health import healthz

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="root"),
    path("healthz", healthz, name="healthz"),
    path("language/", set_language, name="set_language"),
    *(
        path("", include(f"{app}.urls"))
        for app in ("enrichment", "channels", "catalog")
        if find_spec(f"{app}.urls")
    ),
    path("admin/", admin.site.urls),
]
