"""The schema of the Admin API version we speak, built from Shopify's own introspection; nothing of it is kept here."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path

import orjson
import pytest
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_client_schema,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from channels.connectors._shopify.api import VERSION

INTROSPECTION = (
    Path(__file__).parents[4] / "shared" / "channels" / "shopify" / f"admin_{VERSION}.introspection.json.gz"
)
needs_schema = pytest.mark.skipif(
    not INTROSPECTION.is_file(), reason=f"Shopify's schema of {VERSION} is not in ../shared/channels"
)


@cache
def schema() -> GraphQLSchema:
    """`assume_valid`: Shopify's own schema does not pass graphql-core's check of schemas."""
    if not INTROSPECTION.is_file():
        pytest.skip(f"Shopify's schema of {VERSION} is not in ../shared/channels")
    told = orjson.loads(gzip.decompress(INTROSPECTION.read_bytes()))
    return build_client_schema(told.get("data", told), assume_valid=True)


@cache
def checked(document: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    parsed = parse(document)
    return parsed, tuple(validate(schema(), parsed))


def wrong_variables(document: DocumentNode, variables: dict[str, object]) -> list[GraphQLError]:
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    found = get_variable_values(schema(), operation.variable_definitions or (), variables)
    return list(found) if isinstance(found, list) else []
