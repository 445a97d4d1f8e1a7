"""Two transactions that mark the same unit at once: a claim between their commits must not swallow the second."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from catalog.models import Product
from catalog.structure.snapshot import Structure
from channels import profile
from channels.marking import mark_products
from channels.models import Listing
from tests.channels.stage import Stage


def test_a_new_listing_is_stale_at_its_first_revision_and_held_from_the_start(stage: Stage) -> None:
    product = Product.objects.get(pk=stage.product())
    Listing.objects.all().delete()
    channels = profile.current(Structure.current()).active
    with transaction.atomic():
        mark_products([product], channels, held_by="import:1")
    listing = Listing.objects.get()
    assert (listing.desired_rev, listing.sent_rev, listing.held_by) == (1, 0, "import:1")
    assert listing.stale_since is not None


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_the_second_of_two_that_make_the_same_listing_raises_it_too(stage: Stage) -> None:
    product = Product.objects.get(pk=stage.product())
    Listing.objects.all().delete()
    channels = profile.current(Structure.current()).active
    made, may_commit = threading.Event(), threading.Event()

    def mark(first: bool) -> None:
        with transaction.atomic():
            mark_products([product], channels)
            if first:
                made.set()
                may_commit.wait(10)
        connection.close()

    one = threading.Thread(target=mark, args=[True])
    two = threading.Thread(target=mark, args=[False])
    one.start()
    assert made.wait(10)
    two.start()
    time.sleep(0.5)  # until the second waits for the first's row
    may_commit.set()
    one.join()
    two.join()
    assert Listing.objects.get().desired_rev == 2
