"""A folder on an SFTP server: fsspec's file system over paramiko, on a connection of our own.

The host is resolved once and only called where pim.lib.http would call it; its key has to be the one a person accepted
(fsspec and paramiko would take any key of a host they do not know).
"""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from stat import S_ISLNK
from typing import Any

import paramiko
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fsspec.implementations.sftp import SFTPFileSystem

from catalog.importing.pickup.places.base import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Misset,
    Opened,
    Place,
    Refused,
    Unreachable,
    place,
)
from pim.lib.http import Blocked, addresses_of


class OtherKey(Refused):
    """The server's key is not the accepted one, or none was accepted yet. `shown`: its fingerprint."""

    def __init__(self, shown: str, accepted: str) -> None:
        self.shown = shown
        if accepted:
            text = _("The server shows another key than the one that was accepted: %s. Ask its operator whether it was changed, before you accept it.")  # fmt: skip
        else:
            text = _(
                "The server shows the key %s. Compare it with what its operator told you, then accept it."
            )
        super().__init__(text % shown)


class _Accepted(paramiko.MissingHostKeyPolicy):
    def __init__(self, fingerprint: str) -> None:
        self.fingerprint = fingerprint

    def missing_host_key(self, _client: Any, _hostname: str, key: paramiko.PKey) -> None:
        if not self.fingerprint or key.fingerprint != self.fingerprint:
            raise OtherKey(key.fingerprint, self.fingerprint)


class _Sftp(SFTPFileSystem):  # type: ignore[misc]
    """Made with a client that is connected: no secret is an argument, so none is kept or shown as one."""

    cachable = False

    def __init__(self, client: paramiko.SSHClient, wait: float) -> None:
        super(SFTPFileSystem, self).__init__()
        self.client = client
        self.ftp = client.open_sftp()
        channel = self.ftp.get_channel()
        if channel is not None:
            channel.settimeout(wait)

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        return path

    def ls(self, path: str, detail: bool = False, **_kwargs: Any) -> list[Any]:
        found = [self._described(each, each.filename) for each in self.ftp.listdir_iter(path or ".")]
        return found if detail else [entry["name"] for entry in found]

    def info(self, path: str, **_kwargs: Any) -> dict[str, Any]:
        return self._described(self.ftp.lstat(path), path)

    def _described(self, stat: paramiko.SFTPAttributes, name: str) -> dict[str, Any]:
        kind = "link" if S_ISLNK(stat.st_mode or 0) else self._decode_stat(stat)["type"]
        return {
            "name": name,
            "size": stat.st_size,
            "type": kind,
            "stamp": str(stat.st_mtime),
            "modified": stat.st_mtime,
        }

    def _open(self, path: str, mode: str = "rb", **_kwargs: Any) -> Any:
        opened = self.ftp.open(path, "rb")
        opened.prefetch()
        return opened

    def mv(self, path1: str, path2: str, **_kwargs: Any) -> None:
        self.ftp.rename(path1, path2)  # unlike posix_rename it does not go over a file that is there

    def put_file(self, lpath: str, rpath: str, **_kwargs: Any) -> None:
        self.ftp.put(lpath, rpath)


@place
class Sftp(Place):
    code = "sftp"
    label = gettext_lazy("SFTP server")
    sentence = gettext_lazy("A supplier's or an agency's server, reached with a password or a key.")
    icon = "dns"
    secrets = ("password", "private_key", "passphrase")
    addressed = ("host", "port", "user")

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "host": forms.CharField(label=gettext_lazy("Server"), max_length=253, help_text=gettext_lazy("As sftp.supplier.example.")),
            "port": forms.IntegerField(label=gettext_lazy("Port"), min_value=1, max_value=65535, initial=22, required=False),
            "user": forms.CharField(label=gettext_lazy("User name"), max_length=100),
            "folder": forms.CharField(
                label=gettext_lazy("Folder"), required=False, max_length=200, help_text=gettext_lazy("As the server names it: /outgoing, or prices below the folder the user begins in.")
            ),
            "host_key": forms.RegexField(
                r"\ASHA256:[A-Za-z0-9+/]{43}=?\Z", label=gettext_lazy("Fingerprint of the server's key"), required=False, max_length=60,
                help_text=gettext_lazy("As SHA256:…, from the server's operator. Empty: test the connection, compare what is shown, and accept it."),
                error_messages={"invalid": gettext_lazy("A fingerprint begins with SHA256: and has 43 letters, digits, + or / after it.")},
            ),
            "password": forms.CharField(label=gettext_lazy("Password"), required=False, max_length=500),
            "private_key": forms.CharField(
                label=gettext_lazy("Private key"), required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 4}), validators=[_check_key],
                help_text=gettext_lazy("Instead of a password: the whole text of the file, with its BEGIN and END lines."),
            ),
            "passphrase": forms.CharField(label=gettext_lazy("Passphrase of the private key"), required=False, max_length=500),
        }  # fmt: skip

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> str:
        host, folder = settings.get("host", ""), settings.get("folder", "")
        return f"{host}:{folder}" if folder else host

    @classmethod
    @contextmanager
    def opened(
        cls, settings: Mapping[str, Any], credentials: Mapping[str, Any], *, wait: float = READ_SECONDS
    ) -> Iterator[Opened]:
        host, port = settings["host"], int(settings.get("port") or 22)
        ssh = paramiko.SSHClient()
        ssh.set_missing_host_key_policy(_Accepted(settings.get("host_key", "").rstrip("=")))
        try:
            with _connection(host, port) as sock:
                ssh.connect(
                    host, port, settings["user"], credentials.get("password") or None, _key(credentials), sock=sock,
                    look_for_keys=False, allow_agent=False, timeout=CONNECT_SECONDS, banner_timeout=CONNECT_SECONDS,
                    auth_timeout=CONNECT_SECONDS, channel_timeout=CONNECT_SECONDS,
                )  # fmt: skip
                yield Opened(_Sftp(ssh, wait), settings.get("folder", ""))
        except paramiko.AuthenticationException as error:
            raise Refused(_("%s does not accept the user name with this password or key.") % host) from error
        except PermissionError as error:
            raise Refused(_("%s does not let this user read or write there.") % host) from error
        except FileNotFoundError as error:
            raise Refused(_("%s has no such folder, or this user may not see it.") % host) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise Unreachable(
                _("%(host)s cannot be reached: %(why)s.") % {"host": host, "why": _reason(error)}
            ) from error
        finally:
            ssh.close()


@contextmanager
def _connection(host: str, port: int) -> Iterator[socket.socket]:
    try:
        addresses = addresses_of(host, port)
    except Blocked as error:
        raise Misset(str(error)) from None
    except (OSError, UnicodeError) as error:
        raise Unreachable(_("There is no server called %s.") % host) from error
    for position, address in enumerate(addresses, 1):
        try:
            with socket.create_connection((address, port), timeout=CONNECT_SECONDS) as sock:
                yield sock
                return
        except (ConnectionError, TimeoutError):
            if position == len(addresses):
                raise


def _key(credentials: Mapping[str, Any]) -> paramiko.PKey | None:
    text = credentials.get("private_key")
    if not text:
        return None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), credentials.get("passphrase") or None)
        except (paramiko.SSHException, ValueError, TypeError):
            continue  # another kind of key, or another passphrase: it does not say which
    raise Misset(_("The private key cannot be opened: look at its passphrase."))


def _check_key(text: str) -> None:
    """Only its form: whether its passphrase fits is seen when it is used."""
    lines = text.strip().splitlines()
    if len(lines) < 3 or "PRIVATE KEY" not in lines[0] or "PRIVATE KEY" not in lines[-1]:
        raise forms.ValidationError(_("Paste the whole private key, from its BEGIN line to its END line."))


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return _("no answer in time")
    if isinstance(error, ConnectionRefusedError):
        return _("nothing listens on this port")
    return str(getattr(error, "strerror", None) or type(error).__name__)
