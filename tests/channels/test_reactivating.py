"""What happened to products while their channel was not active is caught up with when it is again."""

from __future__ import annotations

from tests.channels.stage import Stage


def switch(stage: Stage, *, on: bool) -> None:
    stage.channel.is_active = on
    stage.channel.save()
    stage.changed()


def test_what_went_to_the_trash_meanwhile_is_withdrawn(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    switch(stage, on=False)
    stage.put(product, trashed=True)
    switch(stage, on=True)
    stage.send()
    assert stage.shop.items == {}


def test_what_was_edited_meanwhile_arrives(stage: Stage) -> None:
    product = stage.product()
    stage.send()
    switch(stage, on=False)
    stage.edit(product, name__en_US="Second")
    switch(stage, on=True)
    stage.send()
    assert stage.shop.items["MUG-1"]["sheet"]["locales"]["en_US"]["title"] == "Second"


def test_what_lies_in_the_trash_and_was_never_sent_gets_no_listing(stage: Stage) -> None:
    switch(stage, on=False)
    product = stage.product()
    stage.put(product, trashed=True)
    switch(stage, on=True)
    stage.send()
    assert stage.shop.requests == 0
    assert not stage.channel.listings.filter(product=product).exists()
