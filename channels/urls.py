"""Addresses for people outside: the portals this installation serves."""

from django.urls import path

from channels.portal import views

urlpatterns = [
    path("portal/<str:channel>/", views.door, name="portal"),
    path("portal/<str:channel>/item/<path:key>", views.any_language, name="portal_any_language"),
    path("portal/<str:channel>/<str:locale>/", views.listing, name="portal_list"),
    path("portal/<str:channel>/<str:locale>/<path:key>", views.product, name="portal_product"),
]
