"""Messages reach the queue they were sent to, and the clock has its ticks."""

import pytest
from celery import Celery
from django.conf import settings

from pim.celery import THIN_SECONDS, app

QUEUES = ("interactive", "imports", "delivery")


@pytest.fixture
def broker() -> Celery:
    """Celery with the product's configuration on a broker of this test's own."""
    own = Celery("test", broker="memory://")
    own.conf.task_queues = app.conf.task_queues
    own.conf.task_default_queue = app.conf.task_default_queue
    return own


@pytest.mark.parametrize("addressed", ["by queue", "by exchange"])
@pytest.mark.parametrize("queue", QUEUES)
def test_a_message_reaches_its_own_queue_once_and_no_other(broker, queue, addressed):
    wanted = broker.amqp.queues[queue]
    by_exchange = {"exchange": wanted.exchange.name, "routing_key": wanted.routing_key}
    with broker.connection_for_write() as connection, connection.channel() as channel:
        for declared in broker.amqp.queues.values():
            declared(channel).declare()
            declared(channel).purge()
        with broker.amqp.Producer(channel) as producer:
            if addressed == "by queue":
                broker.send_task("any.task", queue=queue, producer=producer)
            else:
                producer.publish({}, **by_exchange)
        waiting = {name: declared(channel).queue_declare(passive=True).message_count
                   for name, declared in broker.amqp.queues.items()}  # fmt: skip
    assert waiting == {name: int(name == queue) for name in QUEUES}


def test_each_room_that_works_by_the_clock_is_ticked_and_old_ticks_expire():
    app.finalize()
    _ = app.conf.beat_schedule
    app.on_after_configure.send(sender=app)
    assert {entry["task"]: entry["options"]["queue"] for entry in app.conf.beat_schedule.values()} == {
        "channels.tasks.tick": "delivery",
        "catalog.tasks.tick": "interactive",
        "enrichment.tasks.tick": "interactive",
        "catalog.tasks.thin": "imports",
        "enrichment.tasks.digest": "imports",
    }
    for entry in app.conf.beat_schedule.values():
        every = settings.PIM_TICK_SECONDS if entry["task"].endswith(".tick") else THIN_SECONDS
        assert entry["schedule"] == every
        assert entry["options"]["expires"] == (every if every == THIN_SECONDS else every * 3)


def test_every_ticked_task_exists():
    app.loader.import_default_modules()
    assert {
        "channels.tasks.tick",
        "catalog.tasks.tick",
        "enrichment.tasks.tick",
        "catalog.tasks.thin",
        "enrichment.tasks.digest",
    } <= set(app.tasks)


def test_only_json_is_taken_and_a_lost_worker_gives_its_task_back():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late is True
    assert app.conf.task_reject_on_worker_lost is True
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_ignore_result is True
