"""People who save while something large goes on: each has products of their own, changes one every few seconds through the
door, and remembers what they wrote. Prints one JSON line when asked to stop (SIGTERM).

python -m tests.benchmarks.editors PEOPLE
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pim.settings")

import django

django.setup()

from django.core.management import call_command
from django.db import connection

from catalog.models import ProductValues, Revision, User
from catalog.values.changes import Actor, ProductChange
from catalog.values.write import write
from tests.benchmarks.ours import build_structure

OWN = 10  # products of each
PAUSE = (1.0, 3.0)  # seconds between two saves of one person


class Editor(threading.Thread):
    def __init__(self, number: int, over: threading.Event) -> None:
        super().__init__()
        self.number, self.over = number, over
        self.user = User.objects.create_superuser(f"editor{number}", f"editor{number}@example.com", "x")
        made = write(
            [ProductChange(fields={"sku": f"EDIT-{number}-{n}", "family": "wide"}) for n in range(OWN)],
            by=Actor(self.user, origin="form"),
        )
        self.ids = [outcome.product for outcome in made]
        self.written: dict[int, str] = {}
        self.seconds: list[float] = []
        self.refused = 0

    def run(self) -> None:
        chance = random.Random(self.number)
        while not self.over.wait(chance.uniform(*PAUSE)):
            product, text = chance.choice(self.ids), f"Save {len(self.seconds)} of {self.number}"
            began = time.perf_counter()
            (outcome,) = write(
                [ProductChange(product=product, values={"text_0": text})], by=Actor(self.user, origin="form")
            )
            self.seconds.append(time.perf_counter() - began)
            if outcome.status == "updated":
                self.written[product] = text
            else:
                self.refused += 1
        connection.close()


def main(people: int) -> None:
    call_command("migrate", verbosity=0)
    build_structure()
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    editors = [Editor(number, over) for number in range(people)]
    for editor in editors:
        editor.start()
    print("ready", flush=True)
    for editor in editors:
        editor.join()
    written = {pk: text for editor in editors for pk, text in editor.written.items()}
    stored = dict(ProductValues.objects.filter(pk__in=written).values_list("pk", "values"))
    seconds = sorted(second for editor in editors for second in editor.seconds)
    users = [editor.user.pk for editor in editors]
    print(
        json.dumps(
            {
                "saves": len(seconds),
                "refused": sum(editor.refused for editor in editors),
                "lost": sum(stored[pk].get("text_0") != text for pk, text in written.items()),
                "revisions": Revision.objects.filter(user_id__in=users, rev__gt=1).count(),
                "median": seconds[len(seconds) // 2] if seconds else 0,
                "p99": seconds[int(len(seconds) * 0.99)] if seconds else 0,
                "slowest": seconds[-1] if seconds else 0,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
