"""Loads the demo catalogue; what is there already stays as it is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from catalog.models import User
from pim.demo.catalogue import products, structure
from pim.demo.loading.channels import load_channels
from pim.demo.loading.links import load_links
from pim.demo.loading.media import load_media
from pim.demo.loading.order import place_products
from pim.demo.loading.people import PASSWORD, PEOPLE, load_people
from pim.demo.loading.products import load_campaigns, load_products
from pim.demo.loading.structure import load_structure
from pim.demo.loading.supplier import load_supplier


class Command(BaseCommand):
    help = "Loads the demo catalogue: a small brand's range, its people, channels and campaigns. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--shop-url",
            default=f"http://127.0.0.1:{settings.PIM_SHOP_PORT}",
            help="Where the stand-in shop listens (default: %(default)s).",
        )

    def handle(self, *, shop_url: str, **_options: Any) -> None:
        if not settings.PIM_DEMO:
            raise CommandError(
                "The demo's logins are known to everybody: set PIM_DEMO=1 on a machine of your own (make demo does)."
            )
        content = structure(timezone.localdate())
        load_structure(content)
        load_people()
        load_channels(content["channels"], shop_url=shop_url.rstrip("/"))
        admin = User.objects.get(username=PEOPLE[0].username)
        made = load_products(list(products()), by=admin, tell=self.stdout.write)
        if made:
            load_links(by=admin)
            load_media(by=admin, now=timezone.now())
            place_products(by=admin)
        load_campaigns(content["campaigns"], by=admin)
        price_list = load_supplier(settings.PIM_DATA / "demo")
        self.stdout.write(f"{made} products made." if made else "The demo catalogue is there.")
        self.stdout.write(f"The supplier's price list to import: {price_list}")
        for person in PEOPLE:
            self.stdout.write(f"  {person.username:<11} {PASSWORD}   {person.does}")
