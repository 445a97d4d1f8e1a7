"""The stand-in Shopify's translatable texts: each translation holds the digest of what it translates."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

TRANSLATED = {
    "title": "title", "body_html": "descriptionHtml", "handle": "handle", "product_type": "productType",
    "meta_title": "seo.title", "meta_description": "seo.description",
}  # fmt: skip


class Texts:
    def __init__(self) -> None:
        self.products: dict[str, dict[str, Any]] = {}
        self.translations: dict[tuple[str, str, str], dict[str, Any]] = {}

    def _contents(self, resource: str) -> dict[str, str]:
        for product in self.products.values():
            if resource == product["id"]:
                return {key: text for key, path in TRANSLATED.items() if (text := _at(product, path))}
            for option in product["options"]:
                if resource == option["id"]:
                    return {"name": option["name"]}
                if resource in option["values"].values():
                    return {"name": next(word for word, one in option["values"].items() if one == resource)}
            for one in product["metafields"].values():
                if resource == one["id"]:
                    return {"value": one["value"]}
        return {}

    def _translatable(self, resource: str) -> dict[str, Any]:
        contents = self._contents(resource)

        def translations(info: Any, locale: str, **more: Any) -> list[dict[str, Any]]:
            found = {key[2]: one for key, one in self.translations.items() if key[:2] == (resource, locale)}
            return [
                {
                    "key": key,
                    "value": one["value"],
                    "outdated": one["digest"] != _digest(contents.get(key, "")),
                }
                for key, one in found.items()
            ]

        listed = [{"key": key, "value": value, "digest": _digest(value)} for key, value in contents.items()]
        return {"resourceId": resource, "translatableContent": listed, "translations": translations}

    def _register(self, info: Any, resourceId: str, translations: list[dict[str, Any]]) -> dict[str, Any]:
        contents = self._contents(resourceId)
        for place, one in enumerate(translations):
            if one["translatableContentDigest"] != _digest(contents.get(one["key"], "")):
                field = ["translations", str(place), "translatableContentDigest"]
                return {
                    "userErrors": [
                        {
                            "field": field,
                            "message": "Translatable content hash is invalid",
                            "code": "INVALID_TRANSLATABLE_CONTENT",
                        }
                    ]
                }
            if one["value"] == "unspeakable":
                return {
                    "userErrors": [
                        {
                            "field": ["translations", str(place), "value"],
                            "message": "Value is invalid.",
                            "code": "INVALID",
                        }
                    ]
                }
        for one in translations:
            self.translations[resourceId, one["locale"], one["key"]] = {
                "value": one["value"],
                "digest": one["translatableContentDigest"],
            }
        return {"userErrors": []}

    def _remove(
        self, info: Any, resourceId: str, translationKeys: list[str], locales: list[str], **more: Any
    ) -> dict[str, Any]:
        for key in [(resourceId, locale, key) for locale in locales for key in translationKeys]:
            self.translations.pop(key, None)
        return {"userErrors": []}


def _digest(value: str) -> str:
    return sha256(value.encode()).hexdigest()


def _at(product: dict[str, Any], path: str) -> str:
    value: Any = product
    for step in path.split("."):
        value = value[step]
    return value or ""
