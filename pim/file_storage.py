"""Where uploaded files live: the data folder, or a bucket of S3 or whatever speaks like it."""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from pim import env

LOCAL = {"BACKEND": "pim.lib.whole_files.WholeFileStorage"}


def from_environment() -> dict[str, Any]:
    """Django's STORAGES["default"]. The bucket stays private: people and channels get files through the PIM, by its rights.

    Without keys of its own the client takes those of its surroundings (instance role, AWS_PROFILE …).
    """
    bucket, prefix = env.text("PIM_S3_BUCKET"), env.text("PIM_S3_PREFIX").strip("/")
    region, endpoint = env.text("PIM_S3_REGION"), env.text("PIM_S3_ENDPOINT")
    access, secret = env.text("PIM_S3_ACCESS_KEY"), env.secret("PIM_S3_SECRET_KEY")
    style = env.choice("PIM_S3_ADDRESSING", "auto", ("auto", "path", "virtual"))
    if not bucket:
        given = [
            name for name, value in (("PIM_S3_ENDPOINT", endpoint), ("PIM_S3_ACCESS_KEY", access)) if value
        ]
        if given:
            raise ImproperlyConfigured(f"{given[0]} is set, and PIM_S3_BUCKET is not: name the bucket.")
        return LOCAL
    if bool(access) != bool(secret):
        raise ImproperlyConfigured(
            "PIM_S3_ACCESS_KEY and PIM_S3_SECRET_KEY belong together: set both, or neither."
        )
    if endpoint and not endpoint.startswith(("https://", "http://")):
        raise ImproperlyConfigured("PIM_S3_ENDPOINT must begin with https:// (or http://).")
    if find_spec("storages") is None:
        raise ImproperlyConfigured(
            "PIM_S3_BUCKET needs django-storages: install this project with its extra s3."
        )
    from botocore.config import Config

    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": prefix,
            "region_name": region or None,
            "endpoint_url": endpoint or None,
            "access_key": access or None,
            "secret_key": secret,
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": True,  # names say what the content is: the same name is the same file
            "client_config": Config(
                s3={"addressing_style": style},
                signature_version="s3v4",
                connect_timeout=5,
                read_timeout=60,
                retries={"max_attempts": 4, "mode": "standard"},
                # The newer checksums are not understood by every server that speaks S3.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    }
