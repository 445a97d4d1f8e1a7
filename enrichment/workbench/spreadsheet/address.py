"""What an address of the spreadsheet view means: the grid's own, in an order that does not change while somebody writes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language

from catalog.access import Rights, rights_of
from catalog.attribute_types import CellOptions
from catalog.models import User
from catalog.structure.snapshot import Structure
from channels import profile as channel_profiles
from channels.profile import Profiles
from enrichment.workbench.grid import columns as grid_columns
from enrichment.workbench.grid import paging
from enrichment.workbench.grid import query as grid
from enrichment.workbench.grid.query import GridQuery
from enrichment.workbench.spreadsheet import columns
from enrichment.workbench.spreadsheet.columns import CellColumn

IDS = 1_000  # in one page of the list of products
OWN = ("frozen",)  # what it adds to the grid's parameters: columns that stay while others scroll
LONGEST = 3_000  # characters of an address: servers take 4,094 with all that stands around it
# Days as people of the interface's language write them; elsewhere year-month-day alone, since 3/4 is two days.
_DAYS = {"de": "%d.%m.%Y", "fr": "%d/%m/%Y"}


@dataclass
class Spreadsheet:
    """A parsed address."""

    query: GridQuery
    structure: Structure
    profiles: Profiles
    rights: Rights

    @classmethod
    def of(cls, params: QueryDict, user: User) -> Spreadsheet:
        structure = Structure.current()
        profiles = channel_profiles.current(structure)
        query = grid.parse_to_write(params, user, structure, profiles)
        return cls(query, structure, profiles, rights_of(user))

    @cached_property
    def columns(self) -> list[CellColumn]:
        text = self.query.params.get("cols", "")
        chosen = grid_columns.chosen(text, self.structure, self.profiles, self.rights) if text else []
        return columns.of(chosen, self.structure)

    @property
    def back(self) -> str:
        """The grid with the same products and columns."""
        params = self.query.params.copy()
        for name in (*OWN, "after", "before"):
            params.pop(name, None)
        return f"{reverse('admin:catalog_product_changelist')}?{params.urlencode()}"

    def start(self) -> tuple[list[int], str, int, bool]:
        """(the ids of the first products in order, the key behind them or "", how many there are, whether there are more)."""
        page, count, more = self.query.beginning(IDS)
        return page.ids, page.next, count, more

    def ids(self, after: str) -> tuple[list[int], str]:
        """(the ids of the next products in order, the key behind them or "")."""
        page = self.query.further(after=after, size=IDS)
        return page.ids, page.next

    def with_usual_columns(self) -> str:
        """The query string with columns to write in, where the address has none."""
        first = self.query.products().exclude(family=None).only("family_id", self.query.sort.column)
        families = dict.fromkeys(
            row.family_id for row in paging.page(first, self.query.sort).rows if row.family_id
        )
        text = columns.usual(families, self._locale, self.structure, self.profiles, self.rights)
        return self.query.query(cols=text)

    @property
    def _locale(self) -> str:
        user = self.query.user
        active = [code for code, spec in self.structure.locales.items() if spec.is_active]
        own = user.locale.code if user.locale_id and user.locale else ""
        return own if own in active else (active[0] if active else "")


def cell_options() -> CellOptions:
    """How whoever writes here writes numbers and days: by the interface's language."""
    language = get_language() or "en"
    mark = formats.get_format("DECIMAL_SEPARATOR", language, use_l10n=True)
    return CellOptions(decimal="," if mark == "," else ".", date_format=_DAYS.get(language.partition("-")[0]))
