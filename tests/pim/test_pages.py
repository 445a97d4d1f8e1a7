"""The shell: the front door, health, the guards of every answer, sign-in."""

import pytest
from django.contrib.admin import site
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from pim.admin_site import AdminSite
from pim.navigation import UNFOLD

PASSWORD = "correct horse battery"


@pytest.fixture
def admin(django_user_model):
    return django_user_model.objects.create_superuser("admin", password=PASSWORD)


def test_the_root_leads_to_the_admin(client):
    assert client.get("/").headers["location"] == "/admin/"


@pytest.mark.django_db
def test_health_is_told_without_a_login(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
def test_every_page_carries_the_content_security_policy(client):
    policy = client.get(reverse("admin:login")).headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert directives["script-src"].split()[:2] == ["'self'", "'unsafe-eval'"]
    assert "unsafe-inline" not in directives["script-src"]
    assert directives["frame-ancestors"] == "'none'"
    assert directives["object-src"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert directives["base-uri"] == "'self'"


@pytest.mark.django_db
def test_the_login_page_has_no_inline_script_and_nothing_from_elsewhere(client):
    html = client.get(reverse("admin:login")).content.decode()
    assert "<script>" not in html
    assert 'src="http' not in html
    assert 'href="http' not in html


@override_settings(AXES_ENABLED=True)
def test_wrong_passwords_pause_sign_in_from_there_and_not_from_elsewhere(admin):
    stranger, owner = Client(REMOTE_ADDR="198.51.100.1"), Client(REMOTE_ADDR="198.51.100.2")
    address = reverse("admin:login")
    statuses = [
        stranger.post(address, {"username": "admin", "password": "wrong"}).status_code
        for _attempt in range(8)
    ]
    assert statuses == [200] * 7 + [429]
    locked = stranger.post(address, {"username": "admin", "password": PASSWORD})
    assert locked.status_code == 429
    assert "Too many attempts" in locked.content.decode()
    assert owner.post(address, {"username": "admin", "password": PASSWORD}).status_code == 302


@pytest.mark.django_db
def test_an_unknown_name_is_answered_as_a_wrong_password(client, admin):
    def said(name: str) -> list[str]:
        page = client.post(reverse("admin:login"), {"username": name, "password": "wrong"})
        return list(page.context["form"].non_field_errors())

    assert said("nobody") == said("admin") != []


@pytest.mark.django_db
def test_a_list_of_all_models_is_made_by_the_page_that_shows_it_alone(client, admin, monkeypatch):
    client.force_login(admin)
    made = []
    build = site._build_app_dict
    monkeypatch.setattr(AdminSite, "_build_app_dict", lambda _site, *args: made.append(args) or build(*args))
    assert client.get(reverse("admin:password_change")).status_code == 200
    assert not made
    assert "Attributes" in client.get(reverse("admin:app_list", args=["catalog"])).content.decode()
    assert made


def test_every_entry_of_the_sidebar_leads_somewhere(admin):
    entries = [entry for group in UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"]]
    missing = [str(entry["title"]) for entry in entries if not str(entry["link"])]
    assert missing == []


def test_the_admin_sees_every_entry_and_each_opens(client, admin):
    client.force_login(admin)
    entries = [entry for group in UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"]]
    opened = {str(entry["title"]): client.get(str(entry["link"])).status_code for entry in entries}
    assert set(opened.values()) == {200}, opened


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        ("/admin/", "admin:index"),
        ("/admin/catalog/product/7/change/", "admin:catalog_product_changelist"),
        ("/admin/catalog/product/calendar/", "admin:enrichment_calendar"),
        ("/admin/catalog/product/categories/3/", "admin:enrichment_category_tree"),
        ("/admin/channels/channel/3/categories/", "admin:channels_channel_changelist"),
        ("/admin/channels/channel/contradictions/", "admin:channels_contradictions"),
        ("/admin/password_change/", ""),
    ],
)
def test_the_sidebar_marks_the_one_entry_that_a_page_belongs_to(
    page: str, entry: str, rf: RequestFactory
) -> None:
    entries = [entry for group in UNFOLD["SIDEBAR"]["navigation"] for entry in group["items"]]
    marked = [str(each["link"]) for each in entries if each["active"](rf.get(page))]
    assert marked == ([reverse(entry)] if entry else [])
