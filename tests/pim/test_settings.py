"""The product starts with nothing set, and production refuses what is unsafe."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from pim import env
from tests.architecture.house import ROOT

STRONG = "mP4-k3J8-fQ0zL5vXn2Rb7TyWc9MdHs4GpUaE1iKo6BqSr_VtZxNj"
PRODUCTION = {
    "PIM_HOSTS": "pim.example.com",
    "SECRET_KEY": STRONG,
    "PIM_FIELD_KEYS": Fernet.generate_key().decode(),
}


def manage(*arguments: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", *arguments, data=data, **settings)


def run(*arguments: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Python in an environment of nothing but these settings."""
    environment = {"PATH": os.environ["PATH"], "PIM_ENV_FILE": os.devnull, "PIM_DATA": str(data), **settings}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_with_nothing_set_it_starts_and_makes_its_keys_for_its_owner_only(tmp_path):
    ran = manage("check", data=tmp_path)
    assert ran.returncode == 0, ran.stderr
    keys = sorted((tmp_path / "secrets").iterdir())
    assert [key.name for key in keys] == ["field_key", "secret_key"]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    made = [key.read_text() for key in keys]
    assert manage("check", data=tmp_path).returncode == 0
    assert [key.read_text() for key in keys] == made


def test_the_deployment_check_of_production_is_clean(tmp_path):
    ran = manage("check", "--deploy", "--fail-level", "WARNING", data=tmp_path, **PRODUCTION)
    assert ran.returncode == 0, ran.stderr
    assert "no issues (0 silenced)" in ran.stdout
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing or too simple"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is missing or too simple"),
        ({"SECRET_KEY": "django-insecure-" + STRONG}, "SECRET_KEY is missing or too simple"),
        ({"PIM_FIELD_KEYS": ""}, "PIM_FIELD_KEYS is missing"),
        ({"PIM_FIELD_KEYS": "password"}, "PIM_FIELD_KEYS: key 1 is not 32 url-safe"),
        ({"PIM_DEBUG": "1"}, "PIM_DEBUG=1 shows settings to everyone"),
        ({"PIM_DEMO": "1"}, "PIM_DEMO=1 is for this machine only"),
        ({"PIM_DEMO": "maybe"}, "PIM_DEMO must be 1 or 0, not 'maybe'"),
        ({"BROKER_URL": "amqp://x"}, "BROKER_URL must begin with filesystem:// or redis://"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL must begin with sqlite:// or postgres://"),
        ({"PIM_TICK_SECONDS": "0"}, "PIM_TICK_SECONDS must be between 1 and 3600, not 0"),
        ({"PIM_LOG_LEVEL": "LOUD"}, "PIM_LOG_LEVEL must be one of"),
        ({"PIM_LANGUAGE": "nl"}, "PIM_LANGUAGE must be one of en, de, fr"),
        ({"SECRET_KEY_FILE": "/nonexistent"}, "Set SECRET_KEY or SECRET_KEY_FILE, not both"),
    ],
)
def test_nonsense_stops_the_start_with_a_sentence(tmp_path, changed, said):
    ran = run("-c", "import pim.settings", data=tmp_path, **PRODUCTION | changed)
    assert ran.returncode == 1
    assert said in ran.stderr
    assert STRONG not in ran.stderr


def test_a_secret_may_come_from_a_file(tmp_path, monkeypatch):
    (tmp_path / "key").write_text("from-a-file\n")
    monkeypatch.delenv("SOME_KEY", raising=False)
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))
    assert env.secret("SOME_KEY") == "from-a-file"
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(ImproperlyConfigured, match="SOME_KEY_FILE cannot be read: No such file"):
        env.secret("SOME_KEY")


def test_an_env_file_adds_to_the_environment_and_never_overrules_it(tmp_path, monkeypatch):
    file = tmp_path / ".env"
    file.write_text("# said\n\nexport ONE_X='a b'\nTWO_X=file\nTHREE_X=\"#c=d\"\n")
    monkeypatch.setattr(os, "environ", {"TWO_X": "process"})
    env.read_env_file(file)
    assert os.environ == {"ONE_X": "a b", "TWO_X": "process", "THREE_X": "#c=d"}


def test_a_line_that_is_no_assignment_is_named(tmp_path):
    (tmp_path / ".env").write_text("A=1\nwhat is this\n")
    with pytest.raises(ImproperlyConfigured, match=r"\.env line 2 is not NAME=value"):
        env.read_env_file(tmp_path / ".env")


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("sqlite:///var/pim.sqlite3", {"ENGINE": "django.db.backends.sqlite3", "NAME": "var/pim.sqlite3"}),
        ("sqlite:////srv/pim.sqlite3", {"ENGINE": "django.db.backends.sqlite3", "NAME": "/srv/pim.sqlite3"}),
        (
            "postgres://u%40x:p%2Fw@db.example:5433/pim?sslmode=require&options=",
            {
                "ENGINE": "django.db.backends.postgresql", "NAME": "pim", "USER": "u@x", "PASSWORD": "p/w",
                "HOST": "db.example", "PORT": "5433", "OPTIONS": {"sslmode": "require", "options": ""},
            },
        ),
    ],
)  # fmt: skip
def test_a_database_url_is_taken_apart(monkeypatch, url, entry):
    monkeypatch.setenv("DATABASE_URL", url)
    assert env.database("DATABASE_URL", "") == entry


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite://", "names no file"),
        ("postgres://host", "names no database"),
        ("postgres://u:canary@host:port/x", "a port that is not a number"),
        ("canary", "must begin with sqlite"),
    ],
)
def test_a_database_url_that_cannot_be_used_is_refused_without_its_password(monkeypatch, url, said):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=said) as refused:
        env.database("DATABASE_URL", "")
    assert ":canary@" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "ssl", "tls"),
    [
        ("smtp://maria%40x:p%3Aw@mail.test", "mail.test", 587, "maria@x", False, True),
        ("smtps://mail.test", "mail.test", 465, "", True, False),
        ("smtp://localhost:25?tls=0", "localhost", 25, "", False, False),
    ],
)
def test_a_mail_server_is_taken_apart(monkeypatch, url, host, port, user, ssl, tls):
    monkeypatch.setenv("PIM_MAIL_URL", url)
    made = env.mail("PIM_MAIL_URL")
    assert (made["EMAIL_HOST"], made["EMAIL_PORT"], made["EMAIL_HOST_USER"]) == (host, port, user)
    assert (made["EMAIL_USE_SSL"], made["EMAIL_USE_TLS"]) == (ssl, tls)


@pytest.mark.parametrize(
    "url", ["mail.test", "http://secret:canary@mail.test", "smtp://secret:canary@mail.test:port"]
)
def test_a_mail_server_that_cannot_be_used_is_refused_without_its_password(monkeypatch, url):
    monkeypatch.setenv("PIM_MAIL_URL", url)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.mail("PIM_MAIL_URL")
    assert "canary" not in str(refused.value)
