"""Who else may: the people whose roles reach a product, asked for all of them at once."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from catalog.access.rights import scopes_by_role
from catalog.access.verbs import check_verb
from catalog.models.user import User


def who_may(
    verb: str,
    paths: Collection[str] | None,
    *,
    group: str | None = None,
    locale: str | None = None,
    context: str | None = None,
) -> QuerySet[User]:
    """Active people with this product verb on a product that stands in `paths` (catalog.access.paths_of; None: on any), there
    on values of an attribute group in a locale and context; None is not asked. A few queries, however many people there are."""
    check_verb(verb)
    roles = [
        role
        for role, scopes in scopes_by_role().items()
        if any(
            verb in scope.verbs
            and (paths is None or scope.reaches(paths))
            and scope.covers(group, locale, context)
            for scope in scopes
        )
    ]
    having = User.roles.through.objects.filter(role_id__in=roles).values("user_id")
    return User.objects.filter(Q(is_superuser=True) | Q(pk__in=having), is_active=True)
