"""The stand-in Shopify's jobs: where files are uploaded, how a job runs through its lines, what it tells and how it fails."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import orjson
from graphql import execute, parse
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.channels.connectors.shopify_schema import checked, wrong_variables

CONCURRENT = 5  # for each shop and app since 2026-01, one before
MOST_BYTES = 100_000_000


class ShopJobs:
    """`pace`: lines carried out at each look at a job, None: all of them at the first; `jobs`: in the order they were made.

    `job_refusals`: codes that the next jobs are refused with; `breaks_after`: the next job fails after so many lines;
    `forgets_outcomes`: their files are gone; `told_nothing_of`: keys whose lines are missing in them.
    """

    def __init__(self, server: HTTPServer) -> None:
        self.uploads: dict[str, bytes] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.pace: int | None = None
        self.job_refusals: list[str] = []
        self.breaks_after: int | None = None
        self.forgets_outcomes = False
        self.no_uploads = False
        self.told_nothing_of: set[str] = set()
        self._places: set[str] = set()
        server.expect_request("/uploads", method="POST").respond_with_handler(self._upload)
        server.expect_request(re.compile("/outcomes/.*"), method="GET").respond_with_handler(self._outcome)

    def job_root(self) -> dict[str, Any]:
        return {
            "stagedUploadsCreate": self._stage, "bulkOperationRunMutation": self._start_job,
            "bulkOperation": lambda info, id: self._looked_at(id),
            "bulkOperations": lambda info, **more: {"nodes": [self._job(one) for one in reversed(self.jobs.values())]},
        }  # fmt: skip

    # --- files

    def _stage(self, info: Any, input: list[dict[str, Any]]) -> dict[str, Any]:
        assert [(one["resource"], one["mimeType"], one["httpMethod"]) for one in input] == [
            ("BULK_MUTATION_VARIABLES", "text/jsonl", "POST")
        ]
        if self.no_uploads:
            return {"stagedTargets": None, "userErrors": [{"field": None, "message": "Not now."}]}
        path = f"tmp/1/bulk/{uuid4()}/{input[0]['filename']}"
        self._places.add(path)
        parameters = [{"name": "Content-Type", "value": "text/jsonl"}, {"name": "key", "value": path}]
        target = {"url": self.server.url_for("/uploads"), "resourceUrl": None, "parameters": parameters}  # type: ignore[attr-defined]
        return {"stagedTargets": [target], "userErrors": []}

    def _upload(self, request: Request) -> Response:
        assert "x-shopify-access-token" not in request.headers
        path = request.form["key"]
        content = request.files["file"].read()
        if path not in self._places or len(content) > MOST_BYTES:
            return Response("", status=400)
        self.uploads[path] = content
        return Response("", status=201)

    def _outcome(self, request: Request) -> Response:
        assert "x-shopify-access-token" not in request.headers
        job = self.jobs["gid://shopify/BulkOperation/" + request.path.rpartition("/")[2]]
        if self.forgets_outcomes:
            return Response("", status=403)
        told = [one for one in job["told"] if one.pop("key", None) not in self.told_nothing_of]
        return Response(b"\n".join(map(orjson.dumps, told)), content_type="application/jsonl")

    # --- jobs

    def _start_job(
        self, info: Any, mutation: str, stagedUploadPath: str, clientIdentifier: str, **more: Any
    ) -> dict[str, Any]:
        assert 10 <= len(clientIdentifier) <= 255
        assert len(parse(mutation).definitions) == 1, "one operation, without fragments"
        code = self.job_refusals.pop(0) if self.job_refusals else ""
        if stagedUploadPath not in self.uploads:
            code = "NO_SUCH_FILE"
        elif len([one for one in self.jobs.values() if one["status"] == "RUNNING"]) >= CONCURRENT:
            code = "LIMIT_REACHED"
        elif checked(mutation)[1]:
            code = "INVALID_MUTATION"
        if code:
            error = {"field": None, "message": f"Refused: {code}", "code": code}
            return {"bulkOperation": None, "userErrors": [error]}
        handle = f"gid://shopify/BulkOperation/{len(self.jobs) + 1}"
        self.jobs[handle] = {
            "id": handle, "status": "RUNNING", "query": mutation, "told": [], "breaks_after": self.breaks_after,
            "lines": self.uploads.pop(stagedUploadPath).splitlines(),
        }  # fmt: skip
        self.breaks_after = None
        return {"bulkOperation": self._job(self.jobs[handle]), "userErrors": []}

    def _looked_at(self, handle: str) -> dict[str, Any] | None:
        job = self.jobs.get(handle)
        if job is None:
            return None
        self.work(job, self.pace)
        return self._job(job)

    def work(self, job: dict[str, Any], most: int | None = None) -> None:
        """Carries out so many lines of a job, None: all that are left."""
        left = job["lines"][len(job["told"]) :]
        for line in left if most is None else left[:most]:
            if job["breaks_after"] == len(job["told"]):
                job["status"], job["errorCode"] = "FAILED", "INTERNAL_SERVER_ERROR"
                return
            job["told"].append(self._carry_out_line(job["query"], line, len(job["told"])))
        if job["status"] == "RUNNING" and len(job["told"]) == len(job["lines"]):
            job["status"] = "COMPLETED"

    def _carry_out_line(self, mutation: str, line: bytes, number: int) -> dict[str, Any]:
        variables = orjson.loads(line)
        key = self.key_meant(variables["identifier"])  # type: ignore[attr-defined]
        document, _errors = checked(mutation)
        if wrong := wrong_variables(document, variables):
            errors = [{"message": one.message, "extensions": {"code": "INVALID_VARIABLE"}} for one in wrong]
            return {"errors": errors, "__lineNumber": number, "key": key}
        done = execute(self.schema, document, root_value=self._root(), variable_values=variables)  # type: ignore[attr-defined]
        assert not done.errors, done.errors
        return {"data": done.data, "__lineNumber": number, "key": key}

    def _job(self, job: dict[str, Any]) -> dict[str, Any]:
        address = self.server.url_for("/outcomes/" + job["id"].rpartition("/")[2])  # type: ignore[attr-defined]
        is_whole, is_part = job["status"] == "COMPLETED", job["status"] == "FAILED" and job["told"]
        return {
            "id": job["id"], "status": job["status"], "errorCode": job.get("errorCode"), "url": address if is_whole else None,
            "partialDataUrl": address if is_part else None,
        }  # fmt: skip
