"""The policy's truth table: verbs, grants, categories, and how roles add up."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model

from catalog.access import NONE, can, forget_rights, require, rights_of, visible
from catalog.models import (
    Attribute,
    AttributeGroup,
    Category,
    Context,
    Grant,
    Job,
    Locale,
    Product,
    ProductCategory,
    Revision,
    Role,
    User,
)
from tests.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    return build_world()


def person(name: str, *roles: Role) -> User:
    user = User.objects.create_user(name, password="x", is_staff=True)
    user.roles.set(roles)
    return user


def role(code: str, *verbs: str) -> Role:
    return Role.objects.create(code=code, verbs=list(verbs))


def grant(
    role: Role, *, edit: bool = True, master: bool = True, unlocalized: bool = True, **parts: list[str]
) -> Grant:
    models: dict[str, type[Model]] = {
        "groups": AttributeGroup,
        "locales": Locale,
        "contexts": Context,
        "categories": Category,
    }
    made = Grant.objects.create(role=role, may_edit=edit, master=master, unlocalized=unlocalized)
    for name, codes in parts.items():
        getattr(made, name).set(models[name].objects.filter(code__in=codes))
    return made


def test_inactive_and_anonymous_people_may_nothing_and_superusers_everything(world: World) -> None:
    gone = User.objects.create_superuser("gone", is_active=False)
    assert can(world.admin, "access.edit")
    assert not can(gone, "product.view")
    assert not can(AnonymousUser(), "product.view")
    assert not can(None, "product.view")
    assert rights_of(gone) is NONE
    assert not visible(gone, Attribute).exists()


def test_a_verb_that_does_not_exist_is_an_error_and_not_a_refusal(world: World) -> None:
    with pytest.raises(LookupError, match=r"product\.eat"):
        can(world.admin, "product.eat")


def test_a_role_gives_its_verbs_and_what_they_imply(world: World) -> None:
    user = person("eve", role("r", "product.edit", "job.cancel", "no.longer.a.verb"))
    given = {
        verb for verb in ("product.view", "product.edit", "product.publish", "job.view", "job.cancel", "structure.view")
        if can(user, verb)
    }  # fmt: skip
    assert given == {"product.view", "product.edit", "job.view", "job.cancel"}


def test_a_role_without_verbs_and_a_person_without_roles_may_nothing(world: World) -> None:
    for user in (person("a"), person("b", role("empty"))):
        assert not can(user, "product.view")
        assert not visible(user, Product).exists()


# (group, locale, context) of a grant, asked (attribute, locale, context) → may edit
TRUTH = [
    ({}, ("name", "de_DE", "shop"), True),
    ({"groups": ["marketing"]}, ("name", "de_DE", ""), True),
    ({"groups": ["marketing"]}, ("color", "", ""), False),
    ({"locales": ["de_DE"]}, ("name", "de_DE", ""), True),
    ({"locales": ["de_DE"]}, ("name", "en_US", ""), False),
    ({"locales": ["de_DE"]}, ("color", "", ""), True),
    ({"locales": ["de_DE"], "unlocalized": False}, ("color", "", ""), False),
    ({"contexts": ["shop"]}, ("name", "de_DE", "shop"), True),
    ({"contexts": ["shop"]}, ("name", "de_DE", "amazon"), False),
    ({"contexts": ["shop"]}, ("name", "de_DE", ""), True),
    ({"contexts": ["shop"], "master": False}, ("name", "de_DE", ""), False),
    ({"contexts": ["consumer"]}, ("name", "de_DE", "amazon"), True),
    ({"contexts": ["consumer"]}, ("name", "de_DE", "b2b"), False),
    ({"groups": ["marketing"], "locales": ["de_DE"], "contexts": ["b2b"]}, ("name", "de_DE", "b2b"), True),
    ({"groups": ["marketing"], "locales": ["de_DE"], "contexts": ["b2b"]}, ("price", "", "b2b"), False),
    ({"edit": False}, ("name", "de_DE", ""), False),
]


@pytest.mark.parametrize(("parts", "asked", "expected"), TRUTH)
def test_a_grant_covers_its_groups_locales_and_contexts(
    world: World, parts: dict, asked: tuple, expected: bool
) -> None:
    limited = role("limited", "product.edit")
    grant(limited, **parts)
    user = person("eve", limited)
    attribute, locale, context = asked
    assert can(user, "product.edit", attribute=attribute, locale=locale, context=context) is expected
    spec = world.structure.attributes[attribute]
    assert rights_of(user).may_edit_key(spec, locale, context) is expected
    if parts.get("edit") is False:
        assert rights_of(user).may_view_key(spec, locale, context)


def test_a_translator_sees_every_locale_and_edits_one(world: World) -> None:
    translator = role("translator", "product.edit")
    grant(translator, edit=False)
    grant(translator, groups=["marketing"], locales=["de_DE"], unlocalized=False)
    user = person("uwe", translator)
    rights, name = rights_of(user), world.structure.attributes["name"]
    assert [rights.may_view_key(name, code) for code in ("de_DE", "en_US", "")] == [True, True, True]
    assert [rights.may_edit_key(name, code) for code in ("de_DE", "en_US", "")] == [True, False, False]
    assert rights.may_edit_key(name, None)
    assert not rights.may_edit_key(world.structure.attributes["color"], None)


def test_a_grant_for_a_category_reaches_its_branch_and_the_variants_below(world: World) -> None:
    world.create("MUG", {"name|en_US": "Mug"}, family="mugs", categories=["cups"])
    world.create("HAT", {"name|en_US": "Hat"}, family="mugs", categories=["other"])
    world.create("NIL", {"name|en_US": "Nil"}, family="mugs")
    world.create(
        "TEE", {"name|en_US": "Tee"}, family="shirts", family_variant="shirts_size", categories=["kitchen"]
    )
    world.create("TEE-S", {"size": "s"}, parent="TEE")
    limited = role("agency", "product.edit", "product.publish")
    grant(limited, categories=["kitchen"])
    user = person("ann", limited)
    assert sorted(visible(user, Product).values_list("sku", flat=True)) == ["MUG", "TEE", "TEE-S"]
    for sku, expected in {"MUG": True, "TEE": True, "TEE-S": True, "HAT": False, "NIL": False}.items():
        product = Product.objects.get(sku=sku)
        assert [can(user, verb, product) for verb in ("product.view", "product.edit", "product.publish")] == [
            expected
        ] * 3, sku
    assert set(visible(user, Revision).values_list("product__sku", flat=True)) == {"MUG", "TEE", "TEE-S"}
    assert set(visible(user, Product, few=True).values_list("sku", flat=True)) == {"MUG", "TEE", "TEE-S"}


def test_a_category_not_yet_placed_in_its_tree_reaches_nothing(world: World) -> None:
    world.create("NIL", {"name|en_US": "Nil"}, family="mugs")
    Category.objects.create(code="loose", path="")
    limited = role("agency", "product.view")
    grant(limited, categories=["loose"])
    assert not visible(person("ann", limited), Product).exists()


def test_roles_add_up_each_within_its_own_limits(world: World) -> None:
    """Editing in one branch and seeing everything do not make editing everything."""
    world.create("MUG", {"name|en_US": "Mug"}, family="mugs", categories=["cups"])
    world.create("HAT", {"name|en_US": "Hat"}, family="mugs", categories=["other"])
    editor = role("editor", "product.edit")
    grant(editor, categories=["kitchen"], groups=["marketing"])
    user = person("kim", editor, role("viewer", "product.view"))
    assert visible(user, Product).count() == 2
    assert list(visible(user, Product, verb="product.edit").values_list("sku", flat=True)) == ["MUG"]
    mug, hat = (Product.objects.get(sku=sku) for sku in ("MUG", "HAT"))
    assert can(user, "product.edit", mug, attribute="name", locale="en_US")
    assert not can(user, "product.edit", hat, attribute="name", locale="en_US")
    assert can(user, "product.view", hat, attribute="name", locale="en_US")
    assert not can(user, "product.edit", mug, attribute="color")
    outside = rights_of(user).at([world.categories["other"].path])
    assert not outside.may_edit_key(world.structure.attributes["name"], "en_US")
    assert rights_of(user).may_see_product([])


def test_a_few_named_products_are_seen_by_their_places_whatever_their_tokens_say(world: World) -> None:
    for code in ("kitchen", "cups", "fashion"):
        world.create(f"IN-{code}", {}, family="mugs", categories=[code])
    places = ProductCategory.objects.all()  # as branches that moved, before their job
    places.filter(product__sku="IN-cups").update(category=world.categories["other"])
    places.filter(product__sku="IN-fashion").update(category=world.categories["kitchen"])
    limited = role("agency", "product.view")
    grant(limited, categories=["kitchen"])
    user = person("ann", limited)
    assert set(visible(user, Product, few=True).values_list("sku", flat=True)) == {"IN-kitchen", "IN-fashion"}
    assert set(visible(user, Product).values_list("sku", flat=True)) == {"IN-kitchen"}


def test_other_models_are_seen_whole_or_not_at_all(world: World) -> None:
    user = person("eve", role("structure", "structure.view"))
    assert visible(user, Attribute).count() == len(world.attributes)
    assert not visible(user, Job.objects.all()).exists()
    from django.contrib.sessions.models import Session

    with pytest.raises(LookupError, match="no policy"):
        visible(user, Session)


def test_require_names_what_is_missing(world: World) -> None:
    with pytest.raises(PermissionDenied, match="Change SKUs"):
        require(person("eve"), "product.rename")


@pytest.mark.parametrize("count", [1, 6])
def test_rights_cost_the_same_queries_for_any_number_of_roles(
    world: World, count: int, django_assert_num_queries
) -> None:
    roles = [role(f"r{number}", "product.edit") for number in range(count)]
    for each in roles:
        grant(each, groups=["marketing"], locales=["de_DE"], contexts=["shop"], categories=["kitchen"])
        grant(each, edit=False, locales=["en_US"], categories=["other"])
    user = User.objects.get(pk=person("eve", *roles).pk)
    assert world.structure
    with django_assert_num_queries(2):  # roles with their grants and lists, the structure's version
        assert can(user, "product.edit", attribute=None, locale="de_DE", context="shop")
    # SQLite is asked first whether the branch is a common one.
    with django_assert_num_queries(1 if connection.vendor == "postgresql" else 2):
        assert list(visible(user, Product)) == []
    with django_assert_num_queries(0):
        assert rights_of(user).may("product.edit")


def test_rights_are_read_again_after_they_were_forgotten(world: World) -> None:
    user = person("eve", role("r", "product.view"))
    assert can(user, "product.view")
    user.roles.clear()
    forget_rights(user)
    assert not can(user, "product.view")
