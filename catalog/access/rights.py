"""What one person's roles add up to: loaded once per request or batch in a constant number of queries, then asked in memory.

A role gives its verbs. Its grants narrow the product verbs to parts of the catalogue: attribute groups × locales ×
contexts × categories, an empty list meaning all of them; a role without grants has its verbs everywhere. A grant for a
category or a context holds for the branch below it. Roles add up, each within its own limits: a role that edits texts in
one category and one that sees everything do not make somebody who edits texts everywhere (`Rights.at`).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection

from catalog.access.verbs import PRODUCT_VERBS, VERBS, check_verb, with_implied
from catalog.models.access import Grant, Role
from catalog.models.user import User
from catalog.structure.snapshot import Structure

if TYPE_CHECKING:
    from catalog.structure.specs import AttributeSpec

_CACHE = "_catalog_rights"
# A grant's lists, and what of their rows is asked for.
_LISTS = {"groups": "code", "locales": "code", "contexts": "code", "categories": "path"}


@dataclass(frozen=True, slots=True)
class Scope:
    """A grant, or a whole role where it has none. None is "all"; "" stands for master, and for values without locale."""

    verbs: frozenset[str]  # product verbs
    groups: frozenset[str] | None = None
    locales: frozenset[str] | None = None
    contexts: frozenset[str] | None = None
    paths: tuple[str, ...] | None = None

    def covers(self, group: str | None, locale: str | None, context: str | None) -> bool:
        """None asks for "any"."""
        return (
            (self.groups is None or group is None or group in self.groups)
            and (self.locales is None or locale is None or locale in self.locales)
            and (self.contexts is None or context is None or context in self.contexts)
        )

    def reaches(self, paths: Collection[str]) -> bool:
        return self.paths is None or any(path.startswith(self.paths) for path in paths)


class Rights:
    """Immutable; every answer after the first of its kind is a dictionary look-up."""

    __slots__ = ("_everything", "_keys", "_other", "_product", "_scopes", "_within")

    def __init__(
        self, verbs: Iterable[str] = (), scopes: Iterable[Scope] = (), *, everything: bool = False
    ) -> None:
        self._everything = everything
        self._other = frozenset(verbs) - PRODUCT_VERBS
        self._scopes = tuple(scopes)
        self._product = frozenset(verb for scope in self._scopes for verb in scope.verbs)
        self._keys: dict[tuple[str, str | None, str | None, str | None], bool] = {}
        self._within: dict[tuple[bool, ...], Rights] = {}

    @property
    def everything(self) -> bool:
        return self._everything

    def may(self, verb: str) -> bool:
        """Whether the verb is theirs at all; for a product verb ask `at(paths)` of the product."""
        check_verb(verb)
        return self._everything or verb in self._other or verb in self._product

    def may_view_key(self, spec: AttributeSpec, locale: str | None = "", context: str | None = "") -> bool:
        """`locale` and `context` as in the value's key: "" for none and for master. None asks "in any?"."""
        return self._covers("product.view", spec.group, locale, context)

    def may_edit_key(self, spec: AttributeSpec, locale: str | None = "", context: str | None = "") -> bool:
        return self._covers("product.edit", spec.group, locale, context)

    def may_in(self, verb: str, group: str | None, locale: str | None, context: str | None) -> bool:
        """As may_edit_key, for any product verb; `group` is an attribute group's code, None asks "in any?"."""
        check_verb(verb)
        return self._covers(verb, group, locale, context)

    def _covers(self, verb: str, group: str | None, locale: str | None, context: str | None) -> bool:
        if self._everything:
            return True
        asked = (verb, group, locale, context)
        answer = self._keys.get(asked)
        if answer is None:
            answer = any(
                verb in scope.verbs and scope.covers(group, locale, context) for scope in self._scopes
            )
            self._keys[asked] = answer
        return answer

    def category_paths(self, verb: str = "product.view", locale: str | None = None) -> tuple[str, ...] | None:
        """The branches within which the verb is theirs ("/1/7/"), in a locale where one is named: None for the whole
        catalogue, () for nothing."""
        if self._everything:
            return None
        paths: set[str] = set()
        for scope in self._scopes:
            if verb in scope.verbs and scope.covers(None, locale, None):
                if scope.paths is None:
                    return None
                paths.update(scope.paths)
        return tuple(sorted(paths))

    def covers_all(self, verb: str) -> bool:
        """Whether the verb is theirs without limit: in every category, attribute group, language and context."""
        check_verb(verb)
        return self._everything or any(
            verb in scope.verbs and (scope.groups, scope.locales, scope.contexts, scope.paths) == (None,) * 4
            for scope in self._scopes
        )

    def may_see_product(self, paths: Collection[str]) -> bool:
        """`paths`: those of the product's own categories and of the levels above it."""
        return "product.view" in self.at(paths)._product or self._everything

    def at(self, paths: Collection[str]) -> Rights:
        """These rights for one product, given the paths of its categories and of the levels above it."""
        if self._everything:
            return self
        reached = tuple(scope.reaches(paths) for scope in self._scopes)
        if all(reached):
            return self
        if reached not in self._within:
            scopes = [scope for scope, is_reached in zip(self._scopes, reached, strict=True) if is_reached]
            self._within[reached] = Rights(self._other, scopes)
        return self._within[reached]

    def __repr__(self) -> str:
        return "Rights(everything)" if self._everything else f"Rights({sorted(self._other | self._product)})"


ALL = Rights(VERBS, everything=True)
NONE = Rights()


def rights_of(user: Any) -> Rights:
    """The rights of a person (None and AnonymousUser: none), kept on the instance: a request has its own.

    Constant queries. A long job asks again with a fresh User, so that what was taken away stays away.
    """
    if user is None or not user.is_active or not user.pk:
        return NONE
    if user.is_superuser:
        return ALL
    kept = getattr(user, _CACHE, None)
    if kept is None:
        kept = _load(user)
        setattr(user, _CACHE, kept)
    return kept


def forget_rights(user: Any) -> None:
    """After the person's roles changed within one request."""
    if getattr(user, _CACHE, None) is not None:
        delattr(user, _CACHE)


def _load(user: Any) -> Rights:
    """Two queries at most: the roles with their grants and the grants' lists, the structure where contexts are listed."""
    verbs_of, scopes_of = _read(user.pk)
    verbs = {verb for given in verbs_of.values() for verb in given}
    return Rights(verbs, [scope for scopes in scopes_of.values() for scope in scopes])


def scopes_by_role() -> dict[int, list[Scope]]:
    """Role → its scopes, of all roles. Two queries at most."""
    return _read(None)[1]


def _read(user: int | None) -> tuple[dict[int, frozenset[str]], dict[int, list[Scope]]]:
    """Verbs and scopes by role: of one person's roles, with None of all."""
    verbs_of: dict[int, frozenset[str]] = {}
    grants: dict[int, dict[int, _Listed]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_statement(user is None), [] if user is None else [user])
        rows = cursor.fetchall()
    for role, verbs, pk, may_edit, master, unlocalized, name, item in rows:
        if role not in verbs_of:
            verbs_of[role], grants[role] = with_implied(json.loads(verbs)), {}
        if pk is not None:
            listed = grants[role].setdefault(pk, _Listed(bool(may_edit), bool(master), bool(unlocalized)))
            if name is not None:
                listed.lists.setdefault(name, set()).add(item)
    below: Mapping[str, set[str]] = {}
    if any("contexts" in listed.lists for own in grants.values() for listed in own.values()):
        below = _branches()
    scopes_of: dict[int, list[Scope]] = {}
    for role, given in verbs_of.items():
        on_products = given & PRODUCT_VERBS
        scopes = [] if grants[role] else [Scope(on_products)]
        scopes += [
            listed.scope(on_products if listed.may_edit else on_products & {"product.view"}, below)
            for listed in grants[role].values()
        ]
        scopes_of[role] = [scope for scope in scopes if scope.verbs]
    return verbs_of, scopes_of


@cache
def _statement(of_everybody: bool) -> str:
    """A row for each item of the lists of a person's grants, and one where there is none. Written out: it is asked at each
    request, and made of querysets it takes Django several times as long as the database."""
    lists = []
    for name, column in _LISTS.items():
        through, listed = getattr(Grant, name).through._meta, getattr(Grant, name).rel.model._meta
        item = through.get_field(listed.model_name).column
        lists.append(
            f"SELECT x.grant_id, '{name}' AS name, item.{column} AS item FROM {through.db_table} x"  # noqa: S608 - our own names, no values
            f" JOIN {listed.db_table} item ON item.id = x.{item}"
        )
    roles, mine = f"{Role._meta.db_table} role", f"{User.roles.through._meta.db_table} mine"
    told = roles if of_everybody else f"{mine} JOIN {roles} ON role.id = mine.role_id"
    return (
        "SELECT role.id, role.verbs, given.id, given.may_edit, given.master, given.unlocalized, listed.name, listed.item"  # noqa: S608
        f" FROM {told} LEFT JOIN {Grant._meta.db_table} given ON given.role_id = role.id"
        f" LEFT JOIN ({' UNION ALL '.join(lists)}) listed ON listed.grant_id = given.id"
        f"{'' if of_everybody else ' WHERE mine.user_id = %s'}"
    )


@dataclass(slots=True)
class _Listed:
    """A grant as it is read, with what its lists name."""

    may_edit: bool
    master: bool
    unlocalized: bool
    lists: dict[str, set[str]] = field(default_factory=dict)

    def scope(self, verbs: frozenset[str], contexts_below: Mapping[str, set[str]]) -> Scope:
        groups, locales, contexts, paths = (self.lists.get(name) for name in _LISTS)
        if contexts is not None:
            contexts = {below for code in contexts for below in contexts_below.get(code, {code})}
        return Scope(
            verbs=verbs,
            groups=None if groups is None else frozenset(groups),
            locales=None if locales is None else frozenset(locales | ({""} if self.unlocalized else set())),
            contexts=None if contexts is None else frozenset(contexts | ({""} if self.master else set())),
            # An empty path would match every product: a category not yet placed in its tree reaches nothing.
            paths=None if paths is None else tuple(sorted(path for path in paths if path)),
        )


def _branches() -> dict[str, set[str]]:
    """Context → itself and all that inherit from it."""
    below: dict[str, set[str]] = {}
    for spec in Structure.current().contexts.values():
        for ancestor in spec.chain:
            below.setdefault(ancestor, set()).add(spec.code)
    return below
