"""Every screen of the structure opens, and costs the same for N and 2N rows."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Attribute, Category, Family, FamilyVariant, ImportProfile, Job, Role, Source, User
from tests.catalog.admin.conftest import fill
from tests.world import World

LISTS = [
    "locale", "currency", "context", "attributegroup", "attribute", "option", "family", "familyvariant", "category", "source",
    "campaign", "role", "user", "job", "importprofile", "measurementfamily", "measurementunit",
    "referenceentity", "referencerecord", "term",
]  # fmt: skip


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url)
    assert response.status_code == 200, url
    return len(captured)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_twice_as_many_rows(world: World, boss: Client, name: str) -> None:
    url = reverse(f"admin:catalog_{name}_changelist")
    for number in range(3):
        fill(world, number)
    queries(boss, url)
    once = queries(boss, url)
    for number in range(3, 8):
        fill(world, number)
    assert queries(boss, url) == once


@pytest.mark.parametrize(
    ("name", "model", "code"),
    [
        ("attribute", Attribute, "color"), ("family", Family, "mugs"), ("familyvariant", FamilyVariant, "shirts_size"),
        ("category", Category, "cups"), ("source", Source, "erp"), ("role", Role, "first"), ("importprofile", ImportProfile, "profile00"),
    ],
)  # fmt: skip
def test_a_form_costs_the_same_for_twice_as_many_rows_below_it(
    world: World, boss: Client, name: str, model: type, code: str
) -> None:
    for number in range(3):
        fill(world, number)
    url = reverse(f"admin:catalog_{name}_change", args=[model.objects.get(code=code).pk])
    queries(boss, url)
    once = queries(boss, url)
    for number in range(3, 8):
        fill(world, number)
    assert queries(boss, url) == once


@pytest.mark.parametrize(
    "name", [name for name in LISTS if name not in ("job", "importprofile", "measurementunit")]
)
def test_an_empty_form_opens(boss: Client, name: str) -> None:
    assert boss.get(reverse(f"admin:catalog_{name}_add")).status_code == 200


def test_an_empty_list_says_what_belongs_there(boss: Client) -> None:
    Job.objects.all().delete()
    assert "Long work is done by jobs" in boss.get(reverse("admin:catalog_job_changelist")).text
    assert "Nothing matches" in boss.get(reverse("admin:catalog_family_changelist"), {"q": "zzz"}).text


@pytest.mark.parametrize(
    ("words", "found"), [("navy", ["navy"]), ("größe", ["xl"]), ("NAVY bl", ["navy"]), ("nothing", [])]
)
def test_search_finds_codes_and_labels_in_any_locale(
    world: World, boss: Client, words: str, found: list[str]
) -> None:
    from catalog.models import Option

    Option.objects.create(attribute=world.attributes["size"], code="xl", labels={"de_DE": "Übergröße"})
    response = boss.get(reverse("admin:catalog_option_changelist"), {"q": words})
    assert [row.code for row in response.context["cl"].result_list] == found


def test_the_tree_of_categories_is_indented_by_depth(world: World, boss: Client) -> None:
    response = boss.get(reverse("admin:catalog_category_changelist"))
    assert [row.code for row in response.context["cl"].result_list] == [
        "home",
        "kitchen",
        "cups",
        "fashion",
        "other",
    ]
    assert "padding-inline-start:1.5rem" in response.text


def test_contexts_stand_below_what_they_inherit_from(world: World, boss: Client) -> None:
    response = boss.get(reverse("admin:catalog_context_changelist"))
    assert [(row.code, row.depth) for row in response.context["cl"].result_list] == [
        ("consumer", 0), ("amazon", 1), ("shop", 1), ("professional", 0), ("b2b", 1),
    ]  # fmt: skip


def test_a_job_is_cancelled_by_post_only(world: World, boss: Client) -> None:
    Job.objects.all().delete()
    fill(world, 0)
    job = Job.objects.get()
    url = reverse("admin:catalog_job_cancel", args=[job.pk])
    assert boss.get(url).status_code == 405
    assert Job.objects.get().state == "queued"
    page = boss.get(reverse("admin:catalog_job_change", args=[job.pk]))
    assert f'action="{url}"' in page.text
    assert boss.post(url).status_code == 302
    assert Job.objects.get().state == "cancelled"


def test_people_who_manage_people_cannot_make_or_touch_superusers(world: World, client: Client) -> None:
    role = Role.objects.create(code="people", verbs=["access.edit"])
    manager = User.objects.create_user("manager", is_staff=True)
    manager.roles.add(role)
    client.force_login(manager)
    assert world.admin is not None
    own = reverse("admin:catalog_user_change", args=[manager.pk])
    assert (
        client.post(
            own, {"username": "manager", "roles": [role.pk], "is_active": "on", "is_superuser": "on"}
        ).status_code
        == 302
    )
    assert not User.objects.get(pk=manager.pk).is_superuser
    assert (
        client.post(
            reverse("admin:catalog_user_change", args=[world.admin.pk]), {"username": "x"}
        ).status_code
        == 403
    )
    password = reverse("admin:auth_user_password_change", args=[world.admin.pk])
    assert (
        client.post(password, {"password1": "n3wpassword!", "password2": "n3wpassword!"}).status_code == 403
    )
    assert User.objects.get(pk=world.admin.pk).check_password("boss")


def test_whoever_gets_a_role_may_enter_the_admin_and_without_one_not(world: World, boss: Client) -> None:
    role = Role.objects.create(code="viewer", verbs=["product.view"])
    person = User.objects.create_user("eve")
    url = reverse("admin:catalog_user_change", args=[person.pk])
    assert boss.post(url, {"username": "eve", "roles": [role.pk], "is_active": "on"}).status_code == 302
    assert User.objects.get(pk=person.pk).is_staff
    assert boss.post(url, {"username": "eve", "is_active": "on"}).status_code == 302
    assert not User.objects.get(pk=person.pk).is_staff
