"""A bucket of S3, or of a service that speaks like it: boto3 makes, signs and reads the requests, pim.lib.http sends them.

So an endpoint that somebody entered reaches nothing that a channel's address could not reach, and no credentials but the
entered ones are used: neither the machine's role nor its environment. (s3fs wants an older botocore than boto3 of the lock
file, and would send by itself.)
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import IO, Any

from django import forms
from django.conf import settings as conf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fsspec import AbstractFileSystem

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
from pim.lib import http

_REFUSED = {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "401", "301", "PermanentRedirect", "AuthorizationHeaderMalformed"}  # fmt: skip


class _Body:
    """An answer's body as botocore reads one."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def read(self, amt: int | None = None, **_kwargs: Any) -> bytes:
        return self.file.read(-1 if amt is None else amt)

    def stream(self, amt: int = 1 << 16, **_kwargs: Any) -> Iterator[bytes]:
        while chunk := self.file.read(amt):
            yield chunk

    def close(self) -> None:
        self.file.close()


def _sender(client: http.Client) -> Any:
    """A handler of botocore's event before-send, which takes the place of its own HTTP."""
    from botocore.awsrequest import AWSResponse

    def send(request: Any, event_name: str = "", **_kwargs: Any) -> Any:
        headers = {
            name: value.decode("latin-1") if isinstance(value, bytes) else str(value)
            for name, value in request.headers.items()
            if name.lower() not in ("expect", "content-length", "user-agent")
        }
        body = request.body.read() if hasattr(request.body, "read") else request.body
        asked = (request.method, request.url)
        if not event_name.endswith(".GetObject"):
            answer = client.request(*asked, headers=headers, body=body or None)
            return AWSResponse(
                request.url, answer.status, dict(answer.headers), _Body(io.BytesIO(answer.body))
            )
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the body
        try:
            answer = client.request(*asked, headers=headers, into=file)
        except BaseException:
            file.close()
            raise
        if answer.status != 200:
            file.close()
            return AWSResponse(
                request.url, answer.status, dict(answer.headers), _Body(io.BytesIO(answer.body))
            )
        file.seek(0)
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Body(file))

    return send


class _Bucket(AbstractFileSystem):  # type: ignore[misc]
    """Paths are keys; a folder is what keys begin with, up to the next "/"."""

    cachable = False

    def __init__(self, client: Any, bucket: str) -> None:
        super().__init__()
        self.client, self.bucket = client, bucket

    def ls(self, path: str, detail: bool = True, **_kwargs: Any) -> list[Any]:
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        found: list[dict[str, Any]] = []
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix, Delimiter="/")  # fmt: skip
        for page in pages:
            found += [
                self._entry(each["Key"], each, "Size")
                for each in page.get("Contents", ())
                if each["Key"] != prefix
            ]
        return found if detail else [entry["name"] for entry in found]

    def info(self, path: str, **_kwargs: Any) -> dict[str, Any]:
        try:
            return self._entry(path, self.client.head_object(Bucket=self.bucket, Key=path), "ContentLength")
        except Exception as error:
            if _code(error) in ("404", "NoSuchKey"):
                raise FileNotFoundError(path) from None
            raise

    @staticmethod
    def _entry(key: str, told: Mapping[str, Any], size: str) -> dict[str, Any]:
        return {
            "name": key, "size": told[size], "type": "file", "stamp": str(told.get("ETag", "")).strip('"'),
            "modified": told["LastModified"].timestamp() if told.get("LastModified") else 0.0,
        }  # fmt: skip

    def _open(self, path: str, mode: str = "rb", **_kwargs: Any) -> Any:
        return self.client.get_object(Bucket=self.bucket, Key=path)["Body"]

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """A bucket has no folders to make."""

    def mv(self, path1: str, path2: str, **_kwargs: Any) -> None:
        self.client.copy_object(
            Bucket=self.bucket, Key=path2, CopySource={"Bucket": self.bucket, "Key": path1}
        )
        self.client.delete_object(Bucket=self.bucket, Key=path1)

    def put_file(self, lpath: str, rpath: str, **_kwargs: Any) -> None:
        with open(lpath, "rb") as file:
            self.client.put_object(Bucket=self.bucket, Key=rpath, Body=file.read())


@place
class S3(Place):
    code = "s3"
    label = gettext_lazy("S3 bucket")
    sentence = gettext_lazy(
        "A bucket of AWS, or of a service that speaks like it: MinIO, Hetzner, Cloudflare R2."
    )
    icon = "cloud"
    secrets = ("secret_key",)
    addressed = ("bucket", "endpoint", "access_key")
    is_whole = True  # an object is there as a whole or not at all

    @classmethod
    def missing(cls) -> str:
        if find_spec("boto3") is None:
            return _("An operator has to install the extra s3 first.")
        return ""

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        return {
            "bucket": forms.RegexField(
                r"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z", label=gettext_lazy("Bucket"), max_length=63,
                error_messages={"invalid": gettext_lazy("A bucket's name has small letters, digits, dots and dashes.")},
            ),
            "folder": forms.CharField(label=gettext_lazy("Folder"), required=False, max_length=200, help_text=gettext_lazy("What the keys begin with, as prices or supplier-a/prices.")),
            "region": forms.RegexField(
                r"\A[a-z0-9-]{1,40}\Z", label=gettext_lazy("Region"), required=False, max_length=40, help_text=gettext_lazy("As eu-central-1.")
            ),
            "endpoint": forms.URLField(
                label=gettext_lazy("Address of the service"), required=False, assume_scheme="https", help_text=gettext_lazy("Only where it is not AWS, as https://s3.example.com.")
            ),
            "access_key": forms.CharField(label=gettext_lazy("Name of the access key"), max_length=128),
            "secret_key": forms.CharField(label=gettext_lazy("Secret access key"), max_length=200),
        }  # fmt: skip

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> str:
        return "/".join(
            part for part in (settings.get("bucket", ""), settings.get("folder", "").strip("/")) if part
        )

    @classmethod
    @contextmanager
    def opened(
        cls, settings: Mapping[str, Any], credentials: Mapping[str, Any], *, wait: float = READ_SECONDS
    ) -> Iterator[Opened]:
        if cls.missing():
            raise Misset(cls.missing())
        from boto3.session import Session
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError

        where, endpoint = cls.described(settings), settings.get("endpoint") or None
        limit = (conf.PIM_MAX_UPLOAD_MB << 20) + 1
        with http.Client(connect=CONNECT_SECONDS, read=wait, total=wait * 10, max_body=limit) as sender:
            try:
                client = Session(
                    aws_access_key_id=settings["access_key"], aws_secret_access_key=credentials.get("secret_key") or "-",
                    region_name=settings.get("region") or "us-east-1",
                ).client(
                    "s3", endpoint_url=endpoint, config=Config(
                        retries={"total_max_attempts": 1}, request_checksum_calculation="when_required", response_checksum_validation="when_required",
                        s3={"addressing_style": "path" if endpoint else "auto"}, proxies={},
                    ),
                )  # fmt: skip
                client.meta.events.register("before-send.s3", _sender(sender))
                yield Opened(_Bucket(client, settings["bucket"]), settings.get("folder", "").strip("/"))
            except http.Blocked as error:
                raise Misset(str(error)) from None
            except http.HttpError as error:
                raise Unreachable(str(error)) from None
            except ClientError as error:
                raise _told(_code(error), where) from error
            except BotoCoreError as error:
                raise Misset(
                    _("%(where)s cannot be asked: %(why)s.") % {"where": where, "why": type(error).__name__}
                ) from error


def _code(error: Exception) -> str:
    return str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))


def _told(code: str, where: str) -> Refused | Unreachable:
    if code in ("404", "NoSuchBucket", "NoSuchKey"):
        return Refused(_("There is no %s there.") % where)
    if code in _REFUSED:
        text = _(
            "The service does not let this key use %(where)s (%(code)s): look at the key, the region and its rights."
        )
        return Refused(text % {"where": where, "code": code})
    return Unreachable(_("The service cannot be used now (%s).") % (code or _("no reason given")))
