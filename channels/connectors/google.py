"""Google Merchant Center through the Merchant API v1: one product input for each sellable product.

An insert replaces whatever the data source holds under the same language, feed label and offer id (our SKU), and its
version number keeps an older one from replacing a newer: repeating it never makes a second product. What Google took it
processes for minutes and reviews for days, so it is accepted until products.get shows it, with the issues of each item.
A withdrawal deletes the input. The data source, the account and everything made in Merchant Center stay untouched.
Guide: docs/channels/google-merchant.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.assets.quality import PictureNeeds
from channels.connectors import _calls
from channels.connectors import _google_compared as google_compared
from channels.connectors import _google_product as google_product
from channels.connectors import _google_template as google_template
from channels.connectors._google_account import Account, KeyField
from channels.connectors.base import (
    Config,
    DeliveryError,
    Item,
    ItemError,
    ItemResult,
    PushItems,
    Retry,
    Seen,
    Unknown,
    connector,
)
from channels.mapping.template import TemplateField
from pim.lib import http

ADDRESS = "https://merchantapi.googleapis.com"
WAIT = 15.0  # for an answer
CONNECT = 5.0
BUDGET = 20.0  # of a batch: no request begins after it
AT_ONCE = 8  # requests under way: an answer takes some tenths of a second
WHERE = ("account", "data_source")  # settings
MINUTE = 60.0  # quotas are per minute, and per day from noon UTC (Google, "Quotas and limits")
# What a refused field is called where the profile is wrong and not the product.
_SETTINGS = frozenset({"datasource", "parent", "name", "account", "feedlabel", "contentlanguage"})


@connector
class GoogleMerchant(PushItems):
    code = "google"
    label = gettext_lazy("Google Merchant Center")
    sentence = gettext_lazy(
        "Products for Google Shopping and free listings, in one language and one country a channel."
    )
    guide = "google-merchant"
    secret_fields = ("key",)
    guarded = ("address",)
    batch_size = 200
    seconds = BUDGET + 2 * (2 * WAIT + CONNECT)  # and the last request with its token
    tells_fields = True
    forgets_after = 25  # Google forgets after 30 days

    def __init__(self, *, channel: str, settings: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
        super().__init__(channel=channel, settings=settings, credentials=credentials)
        self.address = str(settings.get("address") or ADDRESS).rstrip("/")
        self.parent = f"accounts/{settings['account']}"
        self.source = f"{self.parent}/dataSources/{settings['data_source']}"
        self.client = http.Client(connect=CONNECT, read=WAIT, total=WAIT + CONNECT)
        self.account = Account(str(credentials.get("key", "")), self.client)

    def close(self) -> None:
        self.client.close()

    @classmethod
    def settings_form(cls) -> dict[str, forms.Field]:
        digits = RegexValidator(r"^[0-9]{1,20}\Z", gettext_lazy("Digits only."))
        return {
            "account": forms.CharField(label=gettext_lazy("Merchant Center account"), validators=[digits]),
            "data_source": forms.CharField(
                label=gettext_lazy("Data source"), validators=[digits],
                help_text=gettext_lazy("The number of a data source of the kind API, made for this channel alone."),
            ),
            "feed_label": forms.CharField(
                label=gettext_lazy("Feed label"),
                validators=[RegexValidator(r"^[A-Z0-9_-]{1,20}\Z", gettext_lazy("Capital letters, digits, '_' and '-', 20 at most."))],
                help_text=gettext_lazy("As at the data source, mostly the country: DE."),
            ),
            "locale": forms.CharField(
                label=gettext_lazy("Language"),
                validators=[RegexValidator(r"^[a-z]{2}(_[A-Za-z]+)*\Z", gettext_lazy("The code of a locale, such as de_DE."))],
                help_text=gettext_lazy("The code of the locale whose texts are sent: de_DE."),
            ),
            "prices": forms.BooleanField(
                label=gettext_lazy("Prices are the PIM's"), required=False,
                help_text=gettext_lazy("Off: no price is sent, also where one is mapped."),
            ),
            "currency": forms.CharField(
                label=gettext_lazy("Currency"), required=False,
                validators=[RegexValidator(r"^[A-Z]{3}\Z", gettext_lazy("Three capital letters."))],
                help_text=gettext_lazy("Which of several prices is sent."),
            ),
            "stock": forms.BooleanField(
                label=gettext_lazy("Availability is the PIM's"), required=False,
                help_text=gettext_lazy("Off: no availability is sent, also where one is mapped."),
            ),
            "supplemental": forms.BooleanField(
                label=gettext_lazy("The data source is supplemental"), required=False,
                help_text=gettext_lazy("It adds to products that another data source makes; nothing is required then."),
            ),
            "address": forms.URLField(
                label=gettext_lazy("Address of the API"), assume_scheme="https", required=False, initial=ADDRESS,
                validators=[_calls.check_protected], help_text=gettext_lazy("Leave it as it is."),
            ),
            "key": KeyField(
                label=gettext_lazy("Key of the service account"),
                help_text=gettext_lazy("The whole content of its JSON file."),
            ),
        }  # fmt: skip

    @classmethod
    def template(cls, settings: Mapping[str, Any]) -> Sequence[TemplateField]:
        return google_template.template(settings)

    @classmethod
    def pictures(cls, settings: Mapping[str, Any]) -> PictureNeeds:
        return google_template.PICTURES

    @classmethod
    def sample(cls, address: str) -> tuple[dict[str, Any], dict[str, Any]]:
        settings = {
            "account": "123", "data_source": "456", "feed_label": "US", "locale": "en_US", "prices": True, "currency": "EUR",
            "stock": False, "supplemental": False, "address": address,
        }  # fmt: skip
        key = {
            "client_email": "pim@example.iam.gserviceaccount.com", "private_key": _sample_key(), "private_key_id": "1",
            "token_uri": f"{address}/token",
        }  # fmt: skip
        return settings, {"key": orjson.dumps(key).decode()}

    @classmethod
    def content(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Any:
        return cls.judged(sheet, settings)[0]

    @classmethod
    def refusals(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> Sequence[ItemError]:
        return cls.judged(sheet, settings)[1]

    @classmethod
    def judged(cls, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Any, Sequence[ItemError]]:
        """With where it goes: another account or data source has nothing of it yet."""
        built = google_product.build(sheet, settings)
        return {"input": built.input, **{name: settings.get(name) for name in WHERE}}, built.errors

    @classmethod
    def located(cls, error: ItemError, sheet: Mapping[str, Any], settings: Mapping[str, Any]) -> ItemError:
        field, locale = google_product.field_of(error.field, sheet, settings)
        return replace(error, field=field, locale=locale)

    def secrets(self) -> list[str]:
        return [*super().secrets(), *self.account.secrets()]

    # --- sending

    def push(self, items: Sequence[Item]) -> Sequence[ItemResult]:
        results = _calls.one_by_one(items, self._send, seconds=BUDGET, at_once=AT_ONCE)
        self.told = {"requests": len(results)}  # an answer says nothing of the other items
        return results

    def _send(self, item: Item) -> ItemResult:
        if item.operation == "withdraw" or item.sheet is None:
            self._delete(item.external_id or self._identity(item.key))
            return ItemResult(item.key, "live")
        identity = google_product.identity(item.key, self.settings)
        if item.external_id and item.external_id != identity:
            self._delete(
                item.external_id
            )  # the feed label or the language was changed: no product stays behind
        content = item.content
        if content is None or any(content[name] != self.settings.get(name) for name in WHERE):
            content = self.content(item.sheet, self.settings)
        made = dict(content["input"])
        made["customAttributes"] = [
            *made.get("customAttributes", ()),
            {"name": google_product.STAMP, "value": item.hash},
        ]
        if not self.settings.get("supplemental"):
            made["versionNumber"] = str(item.revision)
        answer = self._call("POST", f"{self.parent}/productInputs:insert", self._in_source, made)
        if answer.ok:
            return ItemResult(item.key, "accepted", external_id=identity)
        if answer.status == 409:
            return ItemResult(item.key, "ignored", external_id=identity)
        errors = _errors(answer)
        if answer.status == 400 and not any(_is_setting(error.field) for error in errors):
            located = (self.located(error, item.sheet, self.settings) for error in errors)
            return ItemResult(item.key, "rejected", errors=tuple(located))
        if answer.status == 400:
            raise Config(_calls.said(answer, errors[0].message), answer=_calls.told(answer))
        raise self._failure(answer)

    def _delete(self, identity: str) -> None:
        """What is not there needs no deleting: 404 is done."""
        path = f"{self.parent}/productInputs/{google_product.as_name(identity)}"
        answer = self._call("DELETE", path, self._in_source)
        if not answer.ok and answer.status != 404:
            raise self._failure(answer)

    # --- reading back

    def read_back(self, keys: Sequence[str]) -> Mapping[str, Seen | None]:
        """By one request each; those whose turn does not come in time are not known."""
        seen, failures = _calls.asked(keys, self._look, seconds=BUDGET, at_once=AT_ONCE)
        if failures:
            raise _calls.gravest(failures.values())
        self.told = {"requests": len(seen)}
        return {keys[place]: one for place, one in seen.items()}

    def _look(self, key: str) -> Seen | None:
        identity = self._identity(key)
        answer = self._call("GET", f"{self.parent}/products/{google_product.as_name(identity)}")
        if answer.status == 404:
            return None
        if not answer.ok:
            raise self._failure(answer)
        return self._seen(key, identity, answer)

    def as_sheet(self, seen: Seen, sheet: Mapping[str, Any], *, hash: str = "") -> Mapping[str, Any] | None:
        return google_compared.compared(sheet, seen.shown, self.settings) if seen.shown else None

    def _identity(self, key: str) -> str:
        return google_product.identity(key, self.settings)

    def _seen(self, key: str, identity: str, answer: http.Answer) -> Seen | None:
        try:
            product = answer.json()
            status = product.get("productStatus")
            custom = product.get("customAttributes") or ()
            stamp = next(
                (one.get("value") for one in custom if str(one.get("name")).lower() == google_product.STAMP),
                "",
            )
        except (ValueError, AttributeError, TypeError) as error:
            raise Unknown(_("Google's answer cannot be read."), answer=_calls.told(answer)) from error
        if self.settings.get("supplemental") and not stamp:
            return None  # the product is another data source's
        version = str(product.get("versionNumber") or "")
        outcome, errors = self._judgement(status)
        return Seen(
            key, identity, hash=str(stamp)[:64], revision=int(version) if version.isdigit() else 0, outcome=outcome, errors=errors, shown=product,
        )  # fmt: skip

    def _judgement(
        self, status: Any
    ) -> tuple[Literal["live", "accepted", "rejected"], tuple[ItemError, ...]]:
        """Shown anywhere is live; what stands in the way elsewhere, or makes it rank lower, are warnings."""
        if not isinstance(status, dict):
            return "accepted", ()
        issues = [issue for issue in status.get("itemLevelIssues") or () if isinstance(issue, dict)]
        places = [place for place in status.get("destinationStatuses") or () if isinstance(place, dict)]
        grave = [issue for issue in issues if issue.get("severity") == "DISAPPROVED"]
        lower = [issue for issue in issues if issue.get("severity") == "DEMOTED"]
        if any(place.get("approvedCountries") for place in places) or not (places or grave):
            return "live", self._issues([*grave, *lower])
        if any(place.get("pendingCountries") for place in places):
            return "accepted", ()
        return "rejected", self._issues(grave or issues) or (
            ItemError(_("Google shows it nowhere and gives no reason.")),
        )

    def _issues(self, issues: Sequence[Mapping[str, Any]]) -> tuple[ItemError, ...]:
        """Each once: Google repeats an issue for every place where it would show the product."""
        found = {}
        for issue in issues:
            said = [str(issue.get(name) or "").strip() for name in ("description", "detail")]
            countries = ", ".join(map(str, issue.get("applicableCountries") or ()))
            text = " – ".join(filter(None, said)) + (f" ({countries})" if countries else "")
            found[issue.get("code"), issue.get("attribute")] = ItemError(
                text[:1000], str(issue.get("attribute") or "")[:255], code=str(issue.get("code") or "")[:255]
            )
        return tuple(found.values())

    # --- calls

    @property
    def _in_source(self) -> dict[str, str]:
        return {"dataSource": self.source}

    def _call(
        self, method: str, path: str, params: Mapping[str, str] | None = None, body: Any = None
    ) -> http.Answer:
        token = self.account.token()
        answer = self._once(token, method, path, params, body)
        if answer.status == 401 and not self.account.is_fresh(token):
            self.account.forget(token)
            answer = self._once(self.account.token(), method, path, params, body)
        return answer

    def _once(
        self, token: str, method: str, path: str, params: Mapping[str, str] | None, body: Any
    ) -> http.Answer:
        headers = {"authorization": f"Bearer {token}"}
        url = f"{self.address}/products/v1/{path}"
        return _calls.request(self.client, method, url, headers=headers, json=body, params=params)

    def _failure(self, answer: http.Answer) -> DeliveryError:
        """By the HTTP status; of the words in the body only RESOURCE_EXHAUSTED counts: a 410 calls itself ABORTED, too."""
        error = _error(answer)
        text = str(error.get("message") or "")
        if answer.status == 429 or error.get("status") == "RESOURCE_EXHAUSTED":
            after = _wait(answer, error, datetime.now(UTC))
            # A quota is looked at before the request: nothing was applied.
            return Retry(_calls.said(answer, text), after=after, applied="no", answer=_calls.told(answer))
        return _calls.failure(answer, _calls.told(answer), text)


# --- what Google says of a failure (AIP-193: code, message, status, and details by type)


def _error(answer: http.Answer) -> dict[str, Any]:
    try:
        error = answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def _details(error: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = error.get("details")
    return [detail for detail in listed if isinstance(detail, dict)] if isinstance(listed, list) else []


def _errors(answer: http.Answer) -> list[ItemError]:
    """One for each thing that is wrong, at the path that Google names."""
    error = _error(answer)
    message = str(error.get("message") or _("Refused without a reason."))[:1000]
    prefix = re.match(r"\[([\w. \[\]]+?)\]\s+", message)
    path, code = (prefix[1] if prefix else ""), ""
    found = []
    for detail in _details(error):
        for violation in detail.get("fieldViolations") or ():
            said = str(violation.get("description") or message)[:1000]
            code = str(violation.get("reason") or "")[:255]
            found.append(ItemError(said, str(violation.get("field") or ""), code=code))
        metadata = detail.get("metadata")
        if isinstance(metadata, dict):
            path = str(metadata.get("FIELD_LOCATION") or path)
            code = str(metadata.get("REASON") or detail.get("reason") or code)[:255]
    return found or [ItemError(message[prefix.end() :] if prefix else message, path, code=code)]


def _is_setting(path: str) -> bool:
    last = re.sub(r"[^a-z]", "", path.rpartition(".")[2].lower())
    return last in _SETTINGS


def _wait(answer: http.Answer, error: Mapping[str, Any], now: datetime) -> float:
    """Seconds: what it asks for; a spent day lasts until noon UTC, a spent minute a minute."""
    if answer.retry_after is not None:
        return answer.retry_after
    for detail in _details(error):
        delay = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]+)?)s", str(detail.get("retryDelay") or ""))
        if delay:
            return float(delay[1])
    if "daily_limit_exceeded" in answer.text().lower():
        noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
        return ((noon if now < noon else noon + timedelta(days=1)) - now).total_seconds()
    return MINUTE


@lru_cache(maxsize=1)
def _sample_key() -> str:
    """Made anew in each process that asks: a key in the source would look like one that somebody lost."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
