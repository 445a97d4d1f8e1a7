"""The client for everything outside, against real sockets."""

import gzip
import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest

from pim.lib import http
from pim.lib.http import Blocked, BodyTooLarge, Client, TimedOut, Unreachable, is_public, parse_retry_after


@pytest.fixture(autouse=True)
def _loopback(settings):
    settings.PIM_DEMO = True
    settings.PIM_ALLOWED_PRIVATE_HOSTS = []


@contextmanager
def listening(talk):
    """A server that gives each connection to `talk(socket)`; yields its port and the count of connections."""
    server = socket.create_server(("127.0.0.1", 0))
    seen: list[int] = []

    def serve() -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            seen.append(1)
            with connection, suppress(OSError):
                talk(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


def answer(body: bytes, status: str = "200 OK", headers: str = ""):
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(
            f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body
        )

    return talk


def test_an_answer_carries_no_nul_since_no_database_row_of_postgresql_could() -> None:
    said = http.Answer(200, {}, rb'{"a\u0000b": "c\u0000\u0000d", "path": "C:\\u0000", "n": 1}', 0.1)
    assert said.json() == {"ab": "cd", "path": "C:\\u0000", "n": 1}
    assert http.Answer(500, {}, b"oops \x00 binary", 0.1).text() == "oops  binary"


def test_json_goes_out_compact_and_the_answer_comes_back_with_its_status(httpserver):
    httpserver.expect_request("/items", method="POST", data='{"sku":"Ä"}').respond_with_json(
        {"ok": True}, status=207
    )
    with Client() as client:
        got = client.request("POST", httpserver.url_for("/items"), json={"sku": "Ä"})
    assert (got.status, got.ok, got.json()) == (207, True, {"ok": True})
    assert httpserver.log[0][0].headers["content-type"] == "application/json"


def test_a_body_that_comes_packed_unasked_is_unpacked_and_its_length_counts_unpacked():
    packed = gzip.compress(b"mug " * 1000)
    with (
        listening(answer(packed, headers="Content-Encoding: gzip\r\nX-A: 1\r\nx-a: 2\r\n")) as (port, _seen),
        Client() as client,
        Client(max_body=3999) as narrow,
    ):
        got = client.request("GET", f"http://127.0.0.1:{port}/")
        with pytest.raises(BodyTooLarge):
            narrow.request("GET", f"http://127.0.0.1:{port}/")
    assert (got.text(8), len(got.body), got.headers["x-a"]) == ("mug mug ", 4000, "1, 2")


def test_what_is_packed_wrongly_leaves_the_outcome_unknown():
    with (
        listening(answer(b"no such thing", headers="Content-Encoding: gzip\r\n")) as (port, _seen),
        Client() as client,
        pytest.raises(TimedOut),
    ):
        client.request("GET", f"http://127.0.0.1:{port}/")


def test_parameters_go_into_the_address_and_the_host_is_named_once(httpserver):
    httpserver.expect_request("/items", query_string="a=1&b=%C3%A4%26&b=2").respond_with_data("ok")
    with Client() as client:
        for _again in range(2):
            got = client.request(
                "GET",
                httpserver.url_for("/items"),
                params={"a": "1", "b": ["ä&", "2"]},
                headers={"Host": "shop.example"},
            )
            assert got.body == b"ok"
    headers = [request.headers for request, _answer in httpserver.log]
    assert [(one["host"], one["user-agent"], one.get("content-length")) for one in headers] == [
        ("shop.example", "pim", None)
    ] * 2


def test_a_redirect_is_an_answer_and_is_not_followed():
    with (
        listening(answer(b"", "302 Found", "Location: http://169.254.169.254/\r\n")) as (port, seen),
        Client() as client,
    ):
        got = client.request("GET", f"http://127.0.0.1:{port}/")
    assert (got.status, got.ok, len(seen)) == (302, False, 1)


def test_a_port_nobody_listens_on_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with Client() as client, pytest.raises(Unreachable, match=r"127\.0\.0\.1 cannot be reached"):
        client.request("GET", f"http://127.0.0.1:{port}/")


def test_a_name_without_an_address_is_unreachable(monkeypatch):
    def nowhere(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(http.socket, "getaddrinfo", nowhere)
    with Client() as client, pytest.raises(Unreachable, match=r"shop\.invalid has no address"):
        client.request("GET", "http://shop.invalid/")


def test_silence_after_the_request_leaves_the_outcome_unknown():
    with (
        listening(lambda connection: (connection.recv(65536), time.sleep(0.6))) as (port, _seen),
        Client(read=0.2) as client,
        pytest.raises(TimedOut, match="no answer in time"),
    ):
        client.request("POST", f"http://127.0.0.1:{port}/", json={})


def test_a_connection_that_ends_early_leaves_the_outcome_unknown():
    with (
        listening(lambda connection: connection.recv(65536)) as (port, _seen),
        Client() as client,
        pytest.raises(TimedOut, match="gave no whole answer"),
    ):
        client.request("POST", f"http://127.0.0.1:{port}/", json={})


def test_an_answer_that_drips_for_ever_is_cut_off():
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(40):
            connection.sendall(b"x")
            time.sleep(0.05)

    with (
        listening(drip) as (port, _seen),
        Client(read=1, total=0.3) as client,
        pytest.raises(TimedOut, match="still sending"),
    ):
        client.request("GET", f"http://127.0.0.1:{port}/")


def test_a_body_over_the_limit_is_cut_off():
    with (
        listening(answer(b"x" * 200_000)) as (port, _seen),
        Client(max_body=1000) as client,
        pytest.raises(BodyTooLarge, match="more than 1000 bytes"),
    ):
        client.request("GET", f"http://127.0.0.1:{port}/")


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1%eth0",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_of_a_private_network_is_not_public(address):
    assert is_public(address) is False


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_an_address_of_the_open_network_is_public(address):
    assert is_public(address) is True


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f000001", "0177.0.0.1"],
)
def test_outside_the_demo_no_spelling_of_this_machine_is_called(host, settings):
    settings.PIM_DEMO = False
    with listening(answer(b"secret")) as (port, seen), Client() as client:
        with pytest.raises((Blocked, Unreachable)):
            client.request("GET", f"http://{host}:{port}/")
        assert seen == []


def test_the_demo_opens_this_machine_and_not_the_network_around_it(monkeypatch):
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *_a, **_k: [(2, 1, 6, "", ("192.168.1.1", 80))])
    with Client() as client, pytest.raises(Blocked, match="not a public address"):
        client.request("GET", "http://router.example/")


def test_a_host_named_in_the_settings_may_be_private(settings):
    settings.PIM_DEMO = False
    settings.PIM_ALLOWED_PRIVATE_HOSTS = ["localhost"]
    with listening(answer(b"inside")) as (port, _seen), Client() as client:
        assert client.request("GET", f"http://localhost:{port}/").body == b"inside"


def test_a_name_that_changes_its_address_between_check_and_use_gains_nothing(monkeypatch, settings):
    settings.PIM_DEMO = False
    asked: list[str] = []

    def rebinding(host, port, **_kwargs):
        asked.append(host)
        return [(2, 1, 6, "", ("198.51.100.7" if len(asked) > 1 else "127.0.0.1", port))]

    monkeypatch.setattr(http.socket, "getaddrinfo", rebinding)
    with Client() as client, pytest.raises(Blocked):
        client.request("GET", "http://rebind.example/")
    assert asked == ["rebind.example"]


def test_a_name_with_one_private_address_among_public_ones_is_blocked(monkeypatch, settings):
    settings.PIM_DEMO = False
    both = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr(http.socket, "getaddrinfo", lambda *_a, **_k: both)
    with Client() as client, pytest.raises(Blocked):
        client.request("GET", "http://both.example/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "//x",
        "http://",
        "http://user:canary@127.0.0.1/",
        "nonsense",
    ],
)
def test_an_address_that_is_no_web_address_is_blocked_without_repeating_it(url):
    with Client() as client, pytest.raises(Blocked) as refused:
        client.request("GET", url)
    assert "canary" not in str(refused.value)


def test_a_header_cannot_carry_a_second_header(httpserver):
    with Client() as client, pytest.raises(Blocked):
        client.request("GET", httpserver.url_for("/"), headers={"x-key": "a\r\nx-admin: 1"})
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 90.0),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
        ("soon", None),
        ("", None),
        ("-5", None),
        ("1.5", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value, seconds):
    assert parse_retry_after(value, now=10.0) == seconds
