"""Keys of credentials are changed while everything runs."""

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from pim.lib.encrypted import DecryptionFailed, decrypt
from pim.management.commands.rotate_credentials import encrypted_fields

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def channel(db, settings):
    settings.PIM_FIELD_KEYS = [OLD]
    context = apps.get_model("catalog.Context").objects.create(code="shop", labels={"en_US": "Shop"})
    return apps.get_model("channels.Channel").objects.create(
        code="shop", labels={}, connector="webhook", context=context, credentials={"secret": "canary"}
    )


def column() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM channels_channel")
        return str(cursor.fetchone()[0])


def test_the_channels_credentials_are_among_what_is_rotated():
    assert ("channels.Channel", "credentials") in [
        (model._meta.label, name) for model, name in encrypted_fields()
    ]


def test_after_rotation_the_old_key_can_be_dropped(channel, settings):
    settings.PIM_FIELD_KEYS = [NEW, OLD]
    call_command("rotate_credentials")
    settings.PIM_FIELD_KEYS = [NEW]
    channel.refresh_from_db()
    assert channel.credentials == {"secret": "canary"}
    settings.PIM_FIELD_KEYS = [OLD]
    with pytest.raises(DecryptionFailed):
        decrypt(column())


def test_a_value_no_key_opens_is_named_and_left_as_it_is(channel, settings):
    before = column()
    settings.PIM_FIELD_KEYS = [NEW]
    with pytest.raises(CommandError, match=rf"channels\.Channel\.credentials of {channel.pk}"):
        call_command("rotate_credentials")
    assert column() == before
