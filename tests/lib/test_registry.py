"""Registering kinds by code."""

import pytest

from pim.lib.registry import AlreadyRegistered, NotRegistered, Registry, modules_of


class Apple:
    code = "apple"


class Pear:
    code = "pear"


def test_a_registered_class_is_found_by_its_code_as_an_instance():
    fruit: Registry[object] = Registry("fruit")
    assert fruit.register(Apple) is Apple
    assert isinstance(fruit["apple"], Apple)
    assert list(fruit) == ["apple"]


def test_codes_come_in_alphabetical_order_however_they_were_registered():
    fruit: Registry[object] = Registry("fruit")
    fruit.register(Pear)
    fruit.register(Apple)
    assert fruit.codes() == ["apple", "pear"]


def test_a_second_thing_under_the_same_code_is_refused_and_the_first_stays():
    fruit: Registry[object] = Registry("fruit")
    fruit.register(Apple)
    first = fruit["apple"]
    with pytest.raises(AlreadyRegistered, match="'apple' of the fruit"):
        fruit.register(type("Impostor", (), {"code": "apple"}))
    assert fruit["apple"] is first


def test_a_thing_without_a_code_is_refused():
    fruit: Registry[object] = Registry("fruit")
    with pytest.raises(ValueError, match="needs a code"):
        fruit.add("", object())
    assert len(fruit) == 0


def test_an_unknown_code_says_which_there_are_and_get_returns_none():
    fruit: Registry[object] = Registry("fruit")
    fruit.register(Apple)
    with pytest.raises(NotRegistered) as refused:
        fruit["plum"]
    assert str(refused.value) == "'plum' is none of the fruit: apple."
    assert fruit.get("plum") is None
    assert "plum" not in fruit


def test_what_is_registered_temporarily_is_gone_afterwards_even_after_an_error():
    fruit: Registry[object] = Registry("fruit")
    fruit.register(Apple)
    inside: list[str] = []

    def fail() -> None:
        with fruit.temporarily(Pear):
            inside.extend(fruit.codes())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert inside == ["apple", "pear"]
    assert fruit.codes() == ["apple"]


def test_a_scan_imports_every_module_but_the_base_and_the_underscored():
    assert "registry" in modules_of("pim.lib")
    assert "registry" not in modules_of("pim.lib", skip=("registry",))
    Registry("nothing").scan("pim.lib")
