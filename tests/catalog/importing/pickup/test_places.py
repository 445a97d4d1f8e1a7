"""Files from SFTP, S3 and web addresses, each spoken to as it is: a real SFTP server, and HTTP."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

import paramiko
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from catalog.models import ImportRun, Job
from tests.catalog.importing.pickup.conftest import Desk
from tests.sftp_server import Server

RED = "sku,color\nA,red\nB,white\n"
CANARY = "canary-word-of-secrets"


@pytest.fixture
def _here(settings: Any) -> None:
    """This machine may be called, as an administrator would allow a private host."""
    settings.PIM_ALLOWED_PRIVATE_HOSTS = ["127.0.0.1", "localhost"]


@pytest.fixture
def server(tmp_path: Path):
    folder = tmp_path / "sftp"
    (folder / "out").mkdir(parents=True)
    with Server(folder, password=CANARY) as made:
        yield made


def at_sftp(desk: Desk, server: Server, **changed: Any) -> None:
    desk.change(
        kind="sftp",
        settings={"host": "127.0.0.1", "port": server.port, "user": "pim", "folder": "/out", "host_key": server.fingerprint, **changed},
        credentials={"password": CANARY},
    )  # fmt: skip


@pytest.mark.usefixtures("_here")
def test_a_file_on_an_sftp_server_is_taken_once_and_archived(desk: Desk, server: Server) -> None:
    at_sftp(desk, server)
    (server.folder / "out" / "prices.csv").write_text(RED)
    desk.turn(5)
    assert desk.troubles() == []
    assert desk.files() == [("prices.csv", "done")]
    file = desk.pickup.files.get()
    assert (server.folder / "out" / file.archived).read_text() == RED
    assert '"changed","2"' in (server.folder / "out" / file.report).read_text()
    assert [path.name for path in (server.folder / "out").iterdir()] == ["archive"]
    assert ImportRun.objects.count() == 1


@pytest.mark.usefixtures("_here")
def test_a_key_opens_the_door_as_well(desk: Desk, server: Server) -> None:
    key = paramiko.ECDSAKey.generate()
    text = io.StringIO()
    key.write_private_key(text)
    server.client_key = key.fingerprint
    at_sftp(desk, server)
    desk.pickup.credentials = {"private_key": text.getvalue()}
    desk.pickup.save()
    (server.folder / "out" / "prices.csv").write_text(RED)
    desk.turn(4)
    assert (desk.files(), desk.troubles()) == ([("prices.csv", "done")], [])


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("accepted", ["", "SHA256:" + "A" * 43])
def test_a_server_whose_key_nobody_accepted_gets_no_password(
    desk: Desk, server: Server, accepted: str
) -> None:
    at_sftp(desk, server, host_key=accepted)
    desk.turn(2)
    assert server.fingerprint in desk.troubles()[0]
    assert server.logins == []


@pytest.mark.usefixtures("_here")
def test_refusals_say_what_to_do(desk: Desk, server: Server) -> None:
    at_sftp(desk, server)
    server.password = "another"
    desk.turn()
    assert "does not accept the user name" in desk.troubles()[0]
    server.password = CANARY
    at_sftp(desk, server, folder="/nothing")
    desk.turn()
    assert "no such folder" in desk.troubles()[0]


def test_no_private_address_is_called(desk: Desk, server: Server, settings: Any) -> None:
    settings.PIM_DEMO = False
    at_sftp(desk, server)
    desk.turn()
    assert "not a public address" in desk.troubles()[0]
    desk.change(
        kind="s3",
        settings={"bucket": "files", "endpoint": f"http://127.0.0.1:{server.port}", "access_key": "k"},
    )
    desk.turn()
    assert "not a public address" in desk.troubles()[0]
    desk.change(kind="https", settings={"url": f"http://127.0.0.1:{server.port}/file.csv"})
    desk.turn()
    assert "not a public address" in desk.troubles()[0]
    assert server.connections == 0


@pytest.mark.usefixtures("_here")
def test_a_network_that_is_away_for_one_look_is_told_to_nobody(desk: Desk, server: Server) -> None:
    at_sftp(desk, server, port=1)
    desk.turn()
    assert desk.troubles() == []
    desk.turn()
    assert "nothing listens" in desk.troubles()[0]
    at_sftp(desk, server)
    desk.turn()
    assert desk.troubles() == []


class Bucket:
    """As much of S3 as is asked for, over HTTP."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.asked: list[tuple[str, str]] = []
        self.signed: set[str] = set()
        self.refuses = False

    def __call__(self, request: Request) -> Response:
        key = request.path.removeprefix("/files").lstrip("/")
        self.asked.append((request.method, key))
        self.signed.add(request.headers.get("authorization", "")[:60])
        if self.refuses:
            return Response(
                "<Error><Code>InvalidAccessKeyId</Code></Error>", status=403, content_type="application/xml"
            )
        if request.method == "GET" and not key:
            return self._listed(parse_qs(request.query_string.decode(), keep_blank_values=True)["prefix"][0])
        if request.method == "PUT":
            source = request.headers.get("x-amz-copy-source")
            self.objects[key] = (
                self.objects[unquote(source).removeprefix("files/")] if source else request.get_data()
            )
            return Response("<CopyObjectResult/>" if source else "", content_type="application/xml")
        if key not in self.objects:
            return Response(
                "" if request.method == "HEAD" else "<Error><Code>NoSuchKey</Code></Error>", status=404
            )
        if request.method == "DELETE":
            del self.objects[key]
            return Response(status=204)
        return Response(self.objects[key], headers={"ETag": self._etag(key)})

    def _etag(self, key: str) -> str:
        return f'"{hashlib.md5(self.objects[key]).hexdigest()}"'

    def _listed(self, prefix: str) -> Response:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size><ETag>{self._etag(key)}</ETag><LastModified>2026-01-02T03:04:05Z</LastModified></Contents>"
            for key, body in self.objects.items()
            if key.startswith(prefix) and "/" not in key.removeprefix(prefix)
        )
        return Response(f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>", content_type="application/xml")  # fmt: skip


@pytest.mark.usefixtures("_here")
def test_an_object_of_a_bucket_is_taken_once_and_archived(desk: Desk, httpserver: HTTPServer) -> None:
    bucket = Bucket()
    bucket.objects["prices/list of May+1.csv"] = RED.encode()
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        httpserver.expect_request(re.compile("/files.*"), method=method).respond_with_handler(bucket)
    desk.change(
        kind="s3", settings={"bucket": "files", "folder": "prices", "endpoint": httpserver.url_for("").rstrip("/"), "access_key": "KEYNAME"},
        credentials={"secret_key": CANARY},
    )  # fmt: skip
    desk.turn(4)
    assert desk.troubles() == []
    assert desk.files() == [("list of May+1.csv", "done")]
    file = desk.pickup.files.get()
    assert sorted(bucket.objects) == [f"prices/{file.archived}", f"prices/{file.report}"]
    assert bucket.objects[f"prices/{file.archived}"] == RED.encode()
    assert all(each.startswith("AWS4-HMAC-SHA256 Credential=KEYNAME/") for each in bucket.signed)
    assert ImportRun.objects.count() == 1
    bucket.refuses = True
    desk.turn()
    assert "does not let this key" in desk.troubles()[0]


@pytest.mark.usefixtures("_here")
@pytest.mark.parametrize("has_head", [True, False])
def test_a_file_at_an_address_is_taken_when_its_content_is_new(
    desk: Desk, httpserver: HTTPServer, has_head: bool
) -> None:
    content = {"body": RED}
    asked: list[str] = []

    def give(request: Request) -> Response:
        asked.append(request.headers.get("authorization", ""))
        if request.method == "HEAD" and not has_head:
            return Response(status=405)
        tag = {"ETag": f'"{len(content["body"])}"'} if has_head else {}
        return Response(content["body"], headers=tag)

    for method in ("GET", "HEAD"):
        httpserver.expect_request("/export/prices.csv", method=method).respond_with_handler(give)
    url = httpserver.url_for("/export/prices.csv")
    desk.change(kind="https", settings={"url": url}, credentials={"token": CANARY})
    desk.turn(5)
    assert (desk.files(), desk.troubles()) == ([("prices.csv", "done")], [])
    assert set(asked) == {f"Bearer {CANARY}"}
    content["body"] = RED + "C,red\n"
    desk.turn(4)
    assert [state for _name, state in desk.files()] == ["done", "done"]
    assert ImportRun.objects.count() == 2


@pytest.mark.usefixtures("_here")
def test_where_an_address_leads_elsewhere_nobody_follows(desk: Desk, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/file.csv").respond_with_data(
        "", status=302, headers={"Location": "/other.csv"}
    )
    desk.change(
        kind="https", settings={"url": httpserver.url_for("/file.csv")}, credentials={"token": CANARY}
    )
    desk.turn()
    assert "enter that one" in desk.troubles()[0]


@pytest.mark.usefixtures("_here")
def test_a_file_that_is_too_large_is_refused_while_it_comes(
    desk: Desk, httpserver: HTTPServer, settings: Any
) -> None:
    settings.PIM_MAX_UPLOAD_MB = 1
    httpserver.expect_request("/file.csv", method="GET").respond_with_data("x" * 1_100_000)
    desk.change(kind="https", settings={"url": httpserver.url_for("/file.csv")})
    desk.turn(2)
    assert ImportRun.objects.count() == 0
    assert desk.troubles()


@pytest.mark.usefixtures("_here")
def test_secrets_are_nowhere(
    desk: Desk, server: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    at_sftp(desk, server)
    desk.pickup.webhook_secret = {"secret": "whsec_" + CANARY}
    desk.pickup.save()
    server.password = "another"
    desk.turn(2)

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError(f"password={CANARY}")

    monkeypatch.setattr(paramiko.SSHClient, "open_sftp", broken)
    server.password = CANARY
    desk.turn()
    client.force_login(desk.world.admin)
    page = client.get(f"/admin/catalog/importprofile/{desk.profile.pk}/files/").content.decode()
    said = [page, caplog.text, *desk.troubles(), repr(desk.pickup.credentials), str(desk.pickup.looks)]
    said += [f"{row.params} {row.log} {row.error} {row.result} {row.title}" for row in Job.objects.all()]
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials, webhook_secret, settings FROM catalog_importpickup")
        said.append(str(cursor.fetchall()))
    assert [text[:200] for text in said if CANARY in text] == []
