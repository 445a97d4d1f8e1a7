"""The one HTTP client for everything outside: bounded in time and size, and kept out of the private network.

A host name is resolved once and the connection made to that very address, so a name cannot point elsewhere between
check and use (DNS rebinding). Redirects are never followed. Addresses that are not public are refused, except hosts
named in PIM_ALLOWED_PRIVATE_HOSTS and, in the demo, this machine itself.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import IO, Any

import httpcore
import httpx
import orjson
from django.conf import settings
from django.utils.translation import gettext as _

MAX_BODY = 5_000_000
CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
KEPT_SECONDS = 5.0  # a connection that nothing asks for
OURS = {"accept": "*/*", "accept-encoding": "identity", "connection": "keep-alive", "user-agent": "pim"}
_ESCAPED_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")  # not the six letters after an escaped backslash


class HttpError(Exception):
    """No answer that can be used. The text names the host, never the address's path, query or credentials."""


class Unreachable(HttpError):
    """Nothing was sent: no such host, refused, no secure connection. Safe to try again."""


class TimedOut(HttpError):
    """The request went out and no whole answer came back: it may or may not have been applied."""


class BodyTooLarge(HttpError):
    """The answer is longer than allowed: it may have been applied, its outcome is not known."""


class Blocked(HttpError):
    """The address is not one we may call: a setting to mend, not a fault of the network."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status; `headers` by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    seconds: float

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Without NUL characters, which PostgreSQL cannot store. Raises ValueError where the body is not JSON."""
        body = self.body
        if b"\\u0000" in body:  # hardly ever, and looking for it properly takes as long as parsing
            body = _ESCAPED_NUL.sub(rb"\1", body)
        return orjson.loads(body)

    def text(self, limit: int = 2000) -> str:
        """The beginning of the body, without NUL characters."""
        return self.body[: limit * 4].decode("utf-8", errors="replace").replace("\x00", "")[:limit]

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, from Retry-After as seconds or as a date (RFC 9110 §10.2.3); None without a usable one."""
        return parse_retry_after(self.headers.get("retry-after", ""), now=time.time())


def parse_retry_after(value: str, *, now: float) -> float | None:
    from email.utils import parsedate_to_datetime

    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None


def is_public(address: str) -> bool:
    """False for loopback, private, link-local, multicast, reserved and their IPv6 disguises."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if not inner and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def may_call(host: str, address: str) -> bool:
    if is_public(address) or host.lower() in settings.PIM_ALLOWED_PRIVATE_HOSTS:
        return True
    return bool(settings.PIM_DEMO) and ipaddress.ip_address(address.partition("%")[0]).is_loopback


def addresses_of(host: str, port: int) -> list[str]:
    """The host's addresses, all of which may be called: connect to one of these, not to the name, which is asked once.

    Raises Blocked, and OSError or UnicodeError where it has none.
    """
    addresses = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not addresses or not all(may_call(host, address) for address in addresses):
        raise Blocked(
            _("%s is not a public address; an administrator can allow it in PIM_ALLOWED_PRIVATE_HOSTS.")
            % host
        )
    return addresses


class _PinnedBackend(httpcore.SyncBackend):
    """Connects to the address that was checked. TLS still verifies the certificate against the host's name."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = addresses_of(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        for position, address in enumerate(addresses, start=1):
            try:
                return super().connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                if position == len(addresses):
                    raise
        raise AssertionError("unreachable")


class Client:
    """A context manager around a pool of connections; safe between threads, not between processes.

    It stands on httpcore, httpx's own engine: httpx's layers above it (cookies, redirects, authentication, hooks) are not
    wanted here, and cost as much processor time as the request itself.
    """

    def __init__(
        self,
        *,
        connect: float = CONNECT_SECONDS,
        read: float = READ_SECONDS,
        total: float | None = None,
        max_body: int = MAX_BODY,
    ) -> None:
        self.max_body = max_body
        self.total = read * 2 if total is None else total
        self._waits = {"timeout": {"connect": connect, "pool": connect, "read": read, "write": read}}
        self._pool = httpcore.ConnectionPool(
            ssl_context=_certificates(),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=KEPT_SECONDS,
            retries=0,
            network_backend=_PinnedBackend(),
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        json: Any = None,
        params: Mapping[str, str | Sequence[str]] | None = None,
        into: IO[bytes] | None = None,
    ) -> Answer:
        """One request, one Answer, whatever its status (3xx too: nothing is followed).

        `json` is sent as compact UTF-8. `into`: a file that gets the body of a success instead of the Answer, as it comes. Raises Blocked and Unreachable when nothing was sent, TimedOut and
        BodyTooLarge when the outcome is not known. Must not be called inside a transaction.
        """
        given = dict(headers or {})
        if json is not None:
            body = orjson.dumps(json)
            given.setdefault("content-type", "application/json")
        address, target = _split(url)
        host = address.host
        began = time.monotonic()
        try:
            if params:
                address = _with_params(url, _hashable(params))
                target = address.raw_path
            request = httpcore.Request(
                method,
                httpcore.URL(
                    scheme=address.raw_scheme,
                    host=address.raw_host,
                    port=address.port,
                    target=target,
                ),
                headers=_headers(method, address, given, body),
                content=body,
                extensions=self._waits,
            )
            response = self._pool.handle_request(request)
            try:
                named = _named(response.headers)
                success = 200 <= response.status < 300
                content = self._read(_parts(response, named), host, began, into if success else None)
            finally:
                response.close()
        except (
            httpcore.ConnectTimeout,
            httpcore.PoolTimeout,
            httpcore.ConnectError,
            httpcore.UnsupportedProtocol,
        ) as error:
            raise Unreachable(
                _("%(host)s cannot be reached: %(reason)s.") % {"host": host, "reason": _reason(error)}
            ) from None
        except (httpcore.LocalProtocolError, httpx.InvalidURL, UnicodeError):
            raise Blocked(_("The request to %s is not valid HTTP.") % host) from None
        except (
            httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, httpx.HTTPError,
        ) as error:  # fmt: skip
            raise TimedOut(
                _("%(host)s gave no whole answer: %(reason)s.") % {"host": host, "reason": _reason(error)}
            ) from None
        return Answer(response.status, named, content, time.monotonic() - began)

    def _read(self, parts: Iterable[bytes], host: str, began: float, into: IO[bytes] | None) -> bytes:
        body, size = bytearray(), 0
        for chunk in parts:
            size += len(chunk)
            if into is None:
                body += chunk
            else:
                into.write(chunk)
            if size > self.max_body:
                raise BodyTooLarge(
                    _("%(host)s answered with more than %(most)d bytes.")
                    % {"host": host, "most": self.max_body}
                )
            if time.monotonic() - began > self.total:
                raise TimedOut(
                    _("%(host)s was still sending its answer after %(seconds)g seconds.")
                    % {"host": host, "seconds": self.total}
                )
        return bytes(body)


@cache
def _certificates() -> ssl.SSLContext:
    """Those of certifi, read once in a process: it takes as long as some twenty requests."""
    return httpx.create_ssl_context(trust_env=False)


# An address that needs no escaping and no walking: its path goes out as it stands.
_PLAIN = re.compile(r"(https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?)(/(?!.*/\.)[A-Za-z0-9/._~!$&'()*+,;=:@-]*)")


def _split(url: str) -> tuple[httpx.URL, bytes]:
    """(address, what is asked for at its host): of many paths at one host only the host is taken apart. Raises Blocked."""
    plain = _PLAIN.fullmatch(url) if isinstance(url, str) else None
    if plain:
        return _address(plain[1]), plain[2].encode("ascii")
    address = _address(url)
    return address, address.raw_path


@lru_cache(maxsize=256)  # a channel is mostly called at the same few
def _address(url: str) -> httpx.URL:
    """Raises Blocked."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise Blocked(_("The address is not a valid URL.")) from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Blocked(_("The address must begin with https:// or http:// and name a host."))
    if parsed.userinfo:
        raise Blocked(
            _("The address of %s carries a name or password; put it into the credentials.") % parsed.host
        )
    return parsed


def _hashable(params: Mapping[str, str | Sequence[str]]) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value if isinstance(value, str) else tuple(value)) for name, value in params.items())


@lru_cache(maxsize=256)
def _with_params(url: str, params: tuple[tuple[str, Any], ...]) -> httpx.URL:
    return _address(url).copy_with(params=dict(params))


def _headers(
    method: str, address: httpx.URL, given: Mapping[str, str], body: bytes | None
) -> list[tuple[bytes, bytes]]:
    """Raises UnicodeError where one is not ASCII."""
    named = {
        "host": address.netloc.decode("ascii"),
        **OURS,
        **{name.lower(): value for name, value in given.items()},
    }
    if body is not None or method in ("POST", "PUT", "PATCH"):
        named["content-length"] = str(len(body or b""))
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in named.items()]


def _named(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """By lower-case name; what is given several times stands with commas between (RFC 9110 §5.3)."""
    named: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("ascii").lower(), value.decode("utf-8", errors="replace")
        named[key] = f"{named[key]}, {text}" if key in named else text
    return named


def _parts(response: httpcore.Response, headers: Mapping[str, str]) -> Iterable[bytes]:
    """The body as it comes; unpacked where it comes packed although that was not asked for."""
    stream = response.stream
    assert isinstance(stream, Iterable)  # noqa: S101 - of a pool that does not work asynchronously
    if headers.get("content-encoding", "identity") == "identity":
        return stream
    return httpx.Response(response.status, headers=response.headers, content=stream).iter_bytes()


def _reason(error: Exception) -> str:
    words: dict[type[Exception], str] = {
        httpcore.ConnectTimeout: "no connection in time",
        httpcore.PoolTimeout: "too many calls at once",
        httpcore.ReadTimeout: "no answer in time",
        httpcore.WriteTimeout: "the request could not be sent in time",
        httpcore.RemoteProtocolError: "the connection ended early",
        httpcore.ReadError: "the connection broke",
    }
    return words.get(type(error)) or str(error) or type(error).__name__
