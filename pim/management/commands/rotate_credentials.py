"""Encrypts every stored credential anew with the first key of PIM_FIELD_KEYS, so that the others can be dropped."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from pim.lib.encrypted import EncryptedJSONField, Unreadable


class Command(BaseCommand):
    help = "Encrypts stored credentials anew with the first key of PIM_FIELD_KEYS. Safe to run again, and while in use."

    def handle(self, **_options: Any) -> None:
        done, unreadable = 0, []
        for model, name in encrypted_fields():
            for pk in model._base_manager.values_list("pk", flat=True):
                if _rotate(model, name, pk):
                    done += 1
                else:
                    unreadable.append(f"{model._meta.label}.{name} of {pk}")
        self.stdout.write(f"{done} credentials are under the first key.")
        if unreadable:
            raise CommandError(
                f"No key opens {', '.join(unreadable)}: keep the old keys, or enter these anew."
            )


def encrypted_fields() -> list[tuple[type[models.Model], str]]:
    return [
        (model, field.attname)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedJSONField)
    ]


def _rotate(model: type[models.Model], name: str, pk: Any) -> bool:
    """Locks the row, so that an edit in the same moment is not undone; False where no key opens the value."""
    with transaction.atomic():
        row = model._base_manager.select_for_update().filter(pk=pk).only("pk", name).first()
        value = getattr(row, name) if row is not None else None
        if isinstance(value, Unreadable):
            return False
        if value is not None:
            model._base_manager.filter(pk=pk).update(**{name: value})
    return True
