"""What stands where a page cannot be shown: in the house's clothes, with a sentence and a way out."""

from __future__ import annotations

import re

import pytest
from django.http import HttpRequest
from django.template.loader import get_template
from django.test import Client
from django.views.defaults import server_error

WAY_OUT = '<a href="/admin/">To the start page</a>'


def heading(content: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", content)
    assert found
    return found[1]


@pytest.mark.django_db
def test_an_address_nobody_has_says_so_and_shows_the_way_back() -> None:
    answer = Client().get("/nothing-of-the-kind")
    assert answer.status_code == 404
    assert heading(answer.content.decode()) == "Nothing is here"
    assert WAY_OUT in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_that_nothing_was_changed() -> None:
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 403
    assert heading(answer.content.decode()) == "This form is too old"
    assert "Nothing was changed." in answer.content.decode()


def test_a_fault_of_ours_is_shown_without_a_database_or_a_session() -> None:
    answer = server_error(HttpRequest())
    assert answer.status_code == 500
    assert heading(answer.content.decode()) == "Something went wrong here"


@pytest.mark.parametrize("name", ["400.html", "403.html", "pim/locked_out.html"])
def test_each_of_them_has_a_heading_and_a_way_out(name: str) -> None:
    content = get_template(name).render({})
    assert heading(content)
    assert '<a href="/admin/' in content
