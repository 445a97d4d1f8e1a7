"""What an import linter cannot see: lazy foreign keys, signals, and the names of a higher room's pages."""

import ast
import re

import pytest
from django.apps import apps

from tests.architecture.house import PACKAGES, ROOMS, ROOT, above, name, parsed, python_files

MODEL_SIGNALS = {
    "class_prepared", "m2m_changed", "post_delete", "post_init", "post_migrate", "post_save",
    "pre_delete", "pre_init", "pre_migrate", "pre_save",
}  # fmt: skip
# Signals of Celery and Django's request cycle that the assembly listens to; none carries business.
MAY_CONNECT = {"pim/celery.py": "Celery's own start-up signals"}


def upward_name(text: str, room: str) -> str | None:
    """The higher room whose URL name, template or model the text names, if it does."""
    for higher in above(room):
        url_or_label = rf"(?:admin:)?{higher}[:_]\w+"
        if re.fullmatch(url_or_label, text) or re.fullmatch(
            rf"{higher}/[\w/-]+\.(?:html|txt|js|css|svg)", text
        ):
            return higher
        if re.fullmatch(rf"{higher}\.[A-Z]\w+", text):
            return higher
    return None


@pytest.mark.parametrize("room", ROOMS)
def test_no_foreign_key_points_upward_however_it_is_written(room):
    upward = [
        f"{model.__name__}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model
        if field.related_model._meta.app_label in above(room)
    ]
    assert upward == []


def test_no_model_signal_is_used_anywhere():
    used = [
        f"{name(path)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.ImportFrom) and MODEL_SIGNALS & {alias.name for alias in node.names})
        or (isinstance(node, ast.Attribute) and node.attr in MODEL_SIGNALS)
    ]
    assert used == []


def test_events_are_received_in_subscribers_only():
    receiving = [
        f"{name(path)}:{node.lineno}"
        for path in python_files()
        if path.name != "subscribers.py" and name(path) not in MAY_CONNECT
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.ImportFrom) and "receiver" in {alias.name for alias in node.names})
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "connect"
            and not ast.unparse(node.func).startswith(("socket.", "sqlite3.", "psycopg.", "ssh."))
        )
    ]
    assert receiving == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_code_names_a_page_template_or_model_of_a_higher_room(room):
    named = [
        f"{name(path)}:{node.lineno}: {node.value}"
        for path in python_files(room)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and upward_name(node.value, room)
    ]
    assert named == []


@pytest.mark.parametrize("room", ROOMS)
def test_no_template_names_a_page_or_template_of_a_higher_room(room):
    folders = [ROOT / "templates" / room, ROOT / room / "templates"]
    named = [
        f"{name(path)}: {text}"
        for folder in folders
        for path in folder.rglob("*.html")
        for text in re.findall(r"[\"']([^\"']+)[\"']", path.read_text(encoding="utf-8"))
        if upward_name(text, room)
    ]
    assert named == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("admin:channels_channel_changelist", "channels"),
        ("channels:preview", "channels"),
        ("enrichment/grid.html", "enrichment"),
        ("channels.Listing", "channels"),
        ("admin:catalog_product_change", None),
        ("channels", None),
        ("the channels: a list", None),
    ],
)
def test_the_search_for_upward_names_finds_what_it_should_and_no_more(text, found):
    assert upward_name(text, "catalog") == found


def test_the_packages_looked_at_are_those_of_the_house():
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} == {*PACKAGES, "tests"}
