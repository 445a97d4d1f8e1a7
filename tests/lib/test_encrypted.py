"""Credentials at rest."""

import pickle

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.db import connection, models, transaction

from pim.lib.encrypted import (
    Concealed,
    DecryptionFailed,
    EncryptedJSONField,
    Unreadable,
    decrypt,
    encrypt,
    rotated,
)

OLD, NEW, FOREIGN = (Fernet.generate_key().decode() for _ in range(3))


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.PIM_FIELD_KEYS = [OLD]


def test_what_was_encrypted_is_read_back_and_the_stored_text_shows_nothing():
    stored = encrypt({"token": "canary"})
    assert stored.startswith("fernet:")
    assert "canary" not in stored
    assert decrypt(stored) == {"token": "canary"}


def test_the_value_shows_its_keys_and_never_its_content():
    value = decrypt(encrypt({"token": "canary", "user": "bird"}))
    assert repr(value) == str(value) == f"{value}" == "<concealed: token, user>"


def test_a_foreign_key_and_a_clear_text_are_refused(settings):
    stored = encrypt({"token": "canary"})
    settings.PIM_FIELD_KEYS = [FOREIGN]
    for text in (stored, '{"token": "canary"}', "fernet:ü", "fernet:"):
        with pytest.raises(DecryptionFailed) as refused:
            decrypt(text)
        assert "canary" not in str(refused.value)


def test_keys_rotate_without_a_moment_in_which_a_value_cannot_be_read(settings):
    before = encrypt({"token": "canary"})
    settings.PIM_FIELD_KEYS = [NEW, OLD]
    assert decrypt(before) == {"token": "canary"}
    after = rotated(before)
    settings.PIM_FIELD_KEYS = [NEW]
    assert decrypt(after) == {"token": "canary"}
    with pytest.raises(DecryptionFailed):
        rotated(before)


class Lock(models.Model):
    secret = EncryptedJSONField(default=dict)

    class Meta:
        app_label = "pim"
        managed = False

    def __str__(self) -> str:
        return "lock"


@pytest.fixture
def lock_table(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE pim_lock (id integer PRIMARY KEY, secret text NOT NULL DEFAULT '')")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pim_lock")


def _column() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM pim_lock")
        return str(cursor.fetchone()[0])


@pytest.mark.usefixtures("lock_table")
def test_the_column_holds_ciphertext_and_the_model_the_value():
    Lock.objects.create(pk=1, secret={"token": "canary"})
    assert _column().startswith("fernet:")
    assert "canary" not in _column()
    assert Lock.objects.get().secret == {"token": "canary"}
    assert isinstance(Lock.objects.get().secret, Concealed)


@pytest.mark.usefixtures("lock_table")
def test_a_row_under_a_lost_key_loads_refuses_to_be_read_and_is_saved_unharmed(settings):
    Lock.objects.create(pk=1, secret={"token": "canary"})
    stored = _column()
    settings.PIM_FIELD_KEYS = [FOREIGN]
    lock = Lock.objects.get()
    assert isinstance(lock.secret, Unreadable)
    for read in (lambda: lock.secret["token"], lambda: lock.secret.get("token"), lambda: dict(lock.secret)):
        with pytest.raises(DecryptionFailed):
            read()
    assert repr(lock.secret) == "<concealed: unreadable>"
    lock.save()
    assert _column() == stored


@pytest.mark.usefixtures("lock_table")
def test_anything_but_an_object_is_refused_and_nothing_is_written():
    with pytest.raises(TypeError, match="takes a dict, not list"), transaction.atomic():
        Lock.objects.create(pk=1, secret=["canary"])
    assert Lock.objects.count() == 0


def test_it_cannot_be_searched():
    with pytest.raises((TypeError, FieldError), match="encrypted"):
        Lock.objects.filter(secret="canary")


def test_a_copy_stays_concealed():
    value = pickle.loads(pickle.dumps(Concealed(token="canary")))
    assert "canary" not in repr(value)
