"""The folder as a broker: what a killed process or a missing folder leaves behind ends nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from pim.lib.folder_broker import Channel, Transport


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Channel]:
    messages = str(tmp_path / "messages")
    options = {"data_folder_in": messages, "data_folder_out": messages, "control_folder": str(tmp_path / "control")}  # fmt: skip
    with Connection(transport=Transport, transport_options=options) as connection:
        yield connection.default_channel


def test_a_message_comes_out_as_it_went_in(channel: Channel) -> None:
    channel._put("delivery", {"body": "Tasse"})
    assert channel._size("delivery") == 1
    assert channel._get("delivery") == {"body": "Tasse"}
    with pytest.raises(Empty):
        channel._get("delivery")


def test_a_message_that_is_not_whole_is_dropped_and_the_next_one_read(
    channel: Channel, tmp_path: Path
) -> None:
    channel._put("delivery", {"body": "whole"})
    (tmp_path / "messages" / "0_torn.delivery.msg").write_text('{"bo')
    with pytest.raises(Empty):
        channel._get("delivery")
    assert channel._get("delivery") == {"body": "whole"}


def test_a_folder_that_was_removed_is_an_empty_queue(channel: Channel, tmp_path: Path) -> None:
    with pytest.raises(Empty):
        channel._get("delivery")
    assert (tmp_path / "messages").is_dir()


def test_a_queue_can_be_bound_where_an_earlier_binding_was_never_finished(
    channel: Channel, tmp_path: Path
) -> None:
    (tmp_path / "control").mkdir()
    (tmp_path / "control" / "delivery.exchange").touch()
    assert channel.get_table("delivery") == []
    channel._queue_bind("delivery", "delivery", "", "delivery")
    assert [entry.queue for entry in channel.get_table("delivery")] == ["delivery"]


def test_the_product_uses_this_transport_for_folders() -> None:
    import pim.celery  # noqa: F401

    assert isinstance(Connection("filesystem://").transport, Transport)


def test_a_folder_without_a_host_is_nothing_to_warn_of(caplog: pytest.LogCaptureFixture) -> None:
    import pim.celery  # noqa: F401

    Connection("filesystem://").as_uri()
    assert caplog.records == []
