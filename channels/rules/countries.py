"""The member states of the European Union and the official languages in each (ISO 3166-1 and ISO 639-1).

Which of several languages is asked for within a country is that country's own law; see docs/channels/eu-rules.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LANGUAGES: Mapping[str, tuple[str, ...]] = {
    "AT": ("de",), "BE": ("nl", "fr", "de"), "BG": ("bg",), "HR": ("hr",), "CY": ("el", "tr"), "CZ": ("cs",), "DK": ("da",),
    "EE": ("et",), "FI": ("fi", "sv"), "FR": ("fr",), "DE": ("de",), "GR": ("el",), "HU": ("hu",), "IE": ("en", "ga"),
    "IT": ("it",), "LV": ("lv",), "LT": ("lt",), "LU": ("fr", "de", "lb"), "MT": ("mt", "en"), "NL": ("nl",), "PL": ("pl",),
    "PT": ("pt",), "RO": ("ro",), "SK": ("sk",), "SI": ("sl",), "ES": ("es",), "SE": ("sv",),
}  # fmt: skip
EU = frozenset(LANGUAGES)
NAMES: Mapping[str, Any] = {
    "AT": gettext_lazy("Austria"), "BE": gettext_lazy("Belgium"), "BG": gettext_lazy("Bulgaria"), "HR": gettext_lazy("Croatia"),
    "CY": gettext_lazy("Cyprus"), "CZ": gettext_lazy("Czechia"), "DK": gettext_lazy("Denmark"), "EE": gettext_lazy("Estonia"),
    "FI": gettext_lazy("Finland"), "FR": gettext_lazy("France"), "DE": gettext_lazy("Germany"), "GR": gettext_lazy("Greece"),
    "HU": gettext_lazy("Hungary"), "IE": gettext_lazy("Ireland"), "IT": gettext_lazy("Italy"), "LV": gettext_lazy("Latvia"),
    "LT": gettext_lazy("Lithuania"), "LU": gettext_lazy("Luxembourg"), "MT": gettext_lazy("Malta"), "NL": gettext_lazy("Netherlands"),
    "PL": gettext_lazy("Poland"), "PT": gettext_lazy("Portugal"), "RO": gettext_lazy("Romania"), "SK": gettext_lazy("Slovakia"),
    "SI": gettext_lazy("Slovenia"), "ES": gettext_lazy("Spain"), "SE": gettext_lazy("Sweden"),
    "CH": gettext_lazy("Switzerland"), "GB": gettext_lazy("United Kingdom"), "NO": gettext_lazy("Norway"), "US": gettext_lazy("United States"),
}  # fmt: skip


def language_of(locale: str) -> str:
    """ "de_AT" → "de"."""
    return locale.partition("_")[0].casefold()


def spoken_in(locales: Iterable[str], countries: Iterable[str]) -> tuple[str, ...]:
    """Those of the locales whose language is an official one in one of the countries."""
    languages = {language for country in countries for language in LANGUAGES.get(country, ())}
    return tuple(locale for locale in locales if language_of(locale) in languages)


def unspoken(locales: Iterable[str], countries: Iterable[str]) -> list[str]:
    """The member states among these of which no locale has an official language."""
    known = {language_of(locale) for locale in locales}
    return [country for country in countries if country in EU and known.isdisjoint(LANGUAGES[country])]


def clean(codes: Iterable[str]) -> list[str]:
    """What is stored. Raises ValidationError for a country that is none of NAMES."""
    wanted = list(dict.fromkeys(str(code).strip().upper() for code in codes))
    unknown = [code for code in wanted if code not in NAMES]
    if unknown:
        raise ValidationError(_("'%s' is no country of destination.") % "', '".join(unknown))
    return wanted
