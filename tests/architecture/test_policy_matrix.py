"""Every address has a policy, and every role gets from every address exactly what the policy says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver, path, reverse
from django.urls.resolvers import RegexPattern, URLResolver
from django.utils import timezone

from catalog.access import SIGNED_IN, VERBS, PolicyAdmin, can, endpoint
from catalog.access.verbs import PRODUCT_VERBS, with_implied
from catalog.models import AttributeGroup, Category, Grant, Job, Locale, Product, Role, StructureVersion, User
from tests.architecture.policy import OPEN, Endpoint, endpoints
from tests.catalog.admin.conftest import fill
from tests.world import World, build_world

# role: (verbs, limits)
ROLES: dict[str, tuple[list[str], list[dict[str, Any]]]] = {
    "viewer": (["product.view", "structure.view", "channel.view"], []),
    "marketing": (
        ["product.edit", "product.create", "product.publish", "product.trash", "export.run", "job.view"],
        [],
    ),
    "translator": (["product.edit"], [{"may_edit": False}, {"locales": ["de_DE"], "unlocalized": False}]),
    "agency": (["product.edit"], [{"categories": ["kitchen"], "groups": ["marketing"]}]),
    "manager": ([verb for verb in VERBS if verb not in ("access.edit", "credentials.edit")], []),
    "admin": (list(VERBS), []),
}
NO_ROLE = "none"


def project() -> list[Endpoint]:
    return list(endpoints(get_resolver()))


def test_every_address_has_a_policy() -> None:
    faults = [f"{found.route}: {found.fault}" for found in project() if found.fault]
    assert faults == []


def test_the_list_of_open_addresses_names_only_what_exists() -> None:
    assert sorted(OPEN.keys() - {found.name for found in project()}) == []


def test_an_address_without_a_policy_is_found() -> None:
    def planted(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    class Planted(PolicyAdmin, admin.ModelAdmin):
        view_verb = "product.view"

        def secret_view(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse()

    screen = Planted(Product, admin.site)
    guarded = endpoint("product.view")(planted)
    resolver = URLResolver(
        RegexPattern(r""),
        [
            path("planted", planted), path("behind-the-login", admin.site.admin_view(planted)),
            path("of-a-screen", admin.site.admin_view(screen.secret_view)), path("guarded", admin.site.admin_view(guarded)),
            path("list", admin.site.admin_view(screen.changelist_view)),
        ],
    )  # fmt: skip
    assert [found.route for found in endpoints(resolver) if found.fault] == [
        "planted",
        "behind-the-login",
        "of-a-screen",
    ]
    with pytest.raises(LookupError):
        endpoint("product.steal")


def test_no_address_but_those_for_machines_does_without_the_csrf_token() -> None:
    assert [str(found) for found in project() if getattr(found.callback, "csrf_exempt", False)] == []


def test_no_model_has_a_page_of_its_own_that_skips_the_policy() -> None:
    assert [model.__name__ for model in apps.get_models() if hasattr(model, "get_absolute_url")] == []


def test_every_screen_asks_the_policy() -> None:
    strangers = [
        type(screen).__name__
        for screen in admin.site._registry.values()
        if not isinstance(screen, PolicyAdmin)
    ]
    assert strangers == []


@pytest.fixture
def world(db: None) -> World:
    world = build_world()
    fill(world, 0)
    for sku, category in (("MUG", "cups"), ("HAT", "other")):
        world.create(sku, {"name|en_US": sku, "ean": ""}, family="mugs", categories=[category])
    for code, (verbs, limits) in ROLES.items():
        role = Role.objects.create(code=code, verbs=verbs)
        for limit in limits:
            flags = {name: value for name, value in limit.items() if isinstance(value, bool)}
            grant = Grant.objects.create(role=role, **flags)
            for name, model in (("groups", AttributeGroup), ("locales", Locale), ("categories", Category)):
                getattr(grant, name).set(model.objects.filter(code__in=limit.get(name, [])))
        User.objects.create_user(code, is_staff=True).roles.set([role])
    User.objects.create_user(NO_ROLE)
    return world


def arguments(found: Endpoint) -> dict[str, Any]:
    """Something that exists for each part of the address, where the test's world has it."""
    screen = found.screen or getattr(found.callback, "model_admin", None)
    known: dict[str, Any] = {
        "product_id": Product.objects.get(sku="MUG").pk, "sha256": "0" * 64, "size": 96, "signature": "x", "channel": "shop",
        "content_type_id": 1, "app_label": "catalog", "url": "nowhere/",
    }  # fmt: skip
    if "/job/" in found.route:
        known["pk"] = Job.objects.order_by("pk").values_list("pk", flat=True).first()
    given = {}
    for name in found.pattern.pattern.converters or re.findall(r"\?P<(\w+)>", str(found.pattern.pattern)):
        if name in known:
            given[name] = known[name]
        elif name in ("object_id", "id", "pk"):
            rows = screen.model._default_manager.order_by("pk") if screen else User.objects.none()
            row = (rows.filter(is_superuser=False) if screen and screen.model is User else rows).first()
            given[name] = row.pk if row else 1
        else:
            given[name] = "x"
    return given


def address(found: Endpoint) -> str:
    text = found.route
    for name, value in arguments(found).items():
        text = re.sub(rf"<(\w+:)?{name}>|\(\?P<{name}>[^)]*\)", str(value), text)
    return "/" + text.replace("^", "").replace("$", "").replace("\\", "")


def expected(found: Endpoint, role: str) -> bool | None:
    """Whether the role gets in; None where the address is open."""
    given = with_implied(ROLES[role][0]) if role in ROLES else frozenset()
    if found.verb is not None:
        return found.verb == SIGNED_IN or found.verb in given
    screen = found.screen
    if screen is None:
        return None
    if found.permission in ("view", "export"):
        return screen.view_verb in given or screen.edit_verb in given
    if found.inner.__name__ == "process_import":
        return screen.edit_verb in given
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True, pk=1)
    return screen.edit_verb in given and bool(getattr(screen, f"has_{found.permission}_permission")(request))


def snapshot() -> dict[str, str]:
    """Each table's content, without sessions."""
    content = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table != "django_session":
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                rows = "\n".join(sorted(map(repr, cursor.fetchall())))
                content[table] = hashlib.sha256(rows.encode()).hexdigest()
    return content


def asked(role: str, client: Client) -> Iterator[tuple[Endpoint, HttpResponse]]:
    for found in project():
        if found.name != "admin:logout":
            yield found, client.get(address(found))


@pytest.mark.slow
@pytest.mark.parametrize("role", [NO_ROLE, *ROLES])
def test_each_role_gets_what_the_policy_says_and_looking_changes_nothing(
    world: World, client: Client, role: str
) -> None:
    client.force_login(User.objects.get(username=role), backend="django.contrib.auth.backends.ModelBackend")
    User.objects.update(last_login=None)
    before, version = snapshot(), StructureVersion.objects.get().version
    wrong = []
    for found, response in asked(role, client):
        may, status = expected(found, role), response.status_code
        to_login = status == 302 and "/login/" in response["Location"]
        if status >= 500:
            wrong.append(f"{found}: {status}")
        elif may is True and (status == 403 or (to_login and role != NO_ROLE)):
            wrong.append(f"{found}: {status}, though the role may")
        # A list that shows nothing finds nothing: Django then leads back to the start page.
        elif (
            may is False
            and status not in (403, 404, 405)
            and not to_login
            and not (status == 302 and found.screen)
        ):
            wrong.append(f"{found}: {status}, though the role may not")
    assert wrong == []
    after = snapshot()
    assert [table for table in after if after[table] != before.get(table)] == []
    assert StructureVersion.objects.get().version == version


@pytest.mark.parametrize("role", ROLES)
def test_a_job_is_cancelled_by_who_started_it_and_by_operators(
    world: World, client: Client, role: str
) -> None:
    """What a change left to be done, by operators alone."""
    user = User.objects.get(username=role)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    is_operator = "job.cancel" in ROLES[role][0]
    now = timezone.now()
    for kind, by, may in (
        ("grid.export", user, True), ("channels.fan_out", user, is_operator), ("grid.export", world.admin, is_operator),
    ):  # fmt: skip
        row = Job.objects.create(kind=kind, created_by=by, created_at=now, run_at=now)
        shown = client.get(reverse("admin:enrichment_jobs")).json()["jobs"]
        in_tray = {job["id"]: bool(job["cancel"]) for job in shown}
        assert in_tray.get(row.pk, False) is (may and by == user), kind
        at = reverse("admin:catalog_job_cancel", args=[row.pk])
        answer = client.post(at, headers={"accept": "application/json"})
        row.refresh_from_db()
        assert (answer.status_code, row.state) == ((200, "cancelled") if may else (403, "queued")), kind
    assert not get_messages(answer.wsgi_request)


@pytest.mark.slow
def test_strangers_see_the_login_and_what_is_open(world: World, client: Client) -> None:
    opened = {
        str(found) for found, response in asked("", client)
        if response.status_code not in (401, 403, 404, 405) and not (response.status_code == 302 and "/login/" in response["Location"])
    }  # fmt: skip
    assert opened - {"admin:jsi18n"} == {"root", "healthz", "set_language", "admin:login"}


@pytest.mark.slow
def test_a_post_without_its_token_changes_nothing_anywhere(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    assert world.admin is not None
    client.force_login(world.admin, backend="django.contrib.auth.backends.ModelBackend")
    before = snapshot()
    assert {client.post(address(found), {"post": "yes"}).status_code for found in project()} == {403}
    assert snapshot() == before


@pytest.mark.slow
@pytest.mark.parametrize("role", ["translator", "agency", "viewer"])
def test_autocompletes_ask_the_model_that_is_searched(world: World, client: Client, role: str) -> None:
    client.force_login(User.objects.get(username=role), backend="django.contrib.auth.backends.ModelBackend")
    given = with_implied(ROLES[role][0])
    request = RequestFactory().get("/")
    request.user = User.objects.get(username=role)
    looked = 0
    for screen in admin.site._registry.values():
        for holder in (screen, *(inline(screen.model, admin.site) for inline in screen.inlines)):
            for name in holder.get_autocomplete_fields(request):
                target = admin.site._registry[holder.model._meta.get_field(name).related_model]
                response = client.get("/admin/autocomplete/", {
                    "app_label": holder.model._meta.app_label, "model_name": holder.model._meta.model_name, "field_name": name,
                })  # fmt: skip
                may = target.view_verb in given or target.edit_verb in given
                assert response.status_code == (200 if may else 403), (holder, name)
                looked += 1
    assert looked > 5


@pytest.mark.parametrize("verb", sorted(PRODUCT_VERBS))
def test_product_verbs_end_where_the_role_ends(world: World, verb: str) -> None:
    agency = User.objects.get(username="agency")
    mug, hat = (Product.objects.get(sku=sku) for sku in ("MUG", "HAT"))
    assert can(agency, verb, mug) is (verb in ("product.view", "product.edit"))
    assert not can(agency, verb, hat)
