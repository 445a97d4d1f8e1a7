"""What Shopify is asked, in GraphQL. Several products, resources or locales go into one document under aliases.

Each is (operation, text); the tests hold every one against the schema of its version.
"""

from __future__ import annotations

Document = tuple[str, str]

_SHOWN = """
fragment Shown on Product {
  id handle status title descriptionHtml vendor productType onlineStoreUrl
  seo { title description }
}"""

_RECEIPT = (
    "fragment Receipt on Product { receipt: metafield(namespace: $namespace, key: $receipt) { value } }"
)

SETUP: Document = (
    "Setup",
    """query Setup($namespace: String!, $key: String!, $published: Boolean!) {
  shop { currencyCode resourceLimits { maxProductOptions maxProductVariants } }
  shopLocales { locale primary }
  definition: metafieldDefinition(identifier: {ownerType: PRODUCT, namespace: $namespace, key: $key}) {
    id type { name }
  }
  metafieldDefinitions(ownerType: PRODUCT, first: 250) { nodes { namespace key type { name } } }
  publications(first: 50) @include(if: $published) { nodes { id name catalog { title } } }
}""",
)
DEFINE: Document = (
    "Define",
    """mutation Define($definition: MetafieldDefinitionInput!) {
  metafieldDefinitionCreate(definition: $definition) { createdDefinition { id } userErrors { field message code } }
}""",
)
SAME_SKU: Document = (
    "SameSku",
    """query SameSku($query: String!, $namespace: String!, $key: String!, $receipt: String!) {
  productVariants(first: 100, query: $query) {
    nodes {
      sku barcode
      product {
        id title
        ours: metafield(namespace: $namespace, key: $key) { value }
        receipt: metafield(namespace: $namespace, key: $receipt) { value }
      }
    }
  }
}""",
)
PARTS: Document = (
    "Parts",
    """query Parts($id: ID!, $first: Int!, $after: String, $media: Boolean!, $published: Boolean!) {
  product(id: $id) {
    variants(first: $first, after: $after) {
      nodes { id sku barcode selectedOptions { name value } }
      pageInfo { hasNextPage endCursor }
    }
    media(first: 250) @include(if: $media) { nodes { id status } }
    resourcePublicationsV2(first: 50, onlyPublished: false) @include(if: $published) {
      nodes { publication { id } }
    }
  }
}""",
)
SET: Document = (
    "Set",
    """mutation Set(
  $identifier: ProductSetIdentifiers!, $input: ProductSetInput!, $media: Boolean!, $options: Boolean!
) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product {
      ...Shown
      options @include(if: $options) { id position name optionValues { id name } }
      media(first: 250) @include(if: $media) { nodes { id } }
    }
    userErrors { field message code }
  }
}"""
    + _SHOWN,
)
UPDATE: Document = (
    "Update",
    """mutation Update($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { ...Shown } userErrors { field message } }
}"""
    + _SHOWN,
)
SET_METAFIELDS: Document = (
    "SetMetafields",
    """mutation SetMetafields($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) { metafields { id namespace key } userErrors { field message code } }
}""",
)
SET_SEVERAL: Document = (
    "SetSeveral",
    """mutation SetSeveral($metafields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $metafields) {
    metafields { id namespace key owner { ... on Product { id } } }
    userErrors { field message code }
  }
}""",
)
LEAVE_RECEIPT: Document = (
    "LeaveReceipt",
    SET_METAFIELDS[1].replace("SetMetafields", "LeaveReceipt"),
)
DELETE_METAFIELDS: Document = (
    "DeleteMetafields",
    """mutation DeleteMetafields($metafields: [MetafieldIdentifierInput!]!) {
  metafieldsDelete(metafields: $metafields) { userErrors { field message } }
}""",
)
PUBLISH: Document = (
    "Publish",
    """mutation Publish($id: ID!, $input: [PublicationInput!]!) {
  publishablePublish(id: $id, input: $input) {
    publishable { ... on Product { onlineStoreUrl } }
    userErrors { field message }
  }
}""",
)
UNPUBLISH: Document = (
    "Unpublish",
    """mutation Unpublish($id: ID!, $input: [PublicationInput!]!) {
  publishableUnpublish(id: $id, input: $input) { userErrors { field message } }
}""",
)
UNTRANSLATE: Document = (
    "Untranslate",
    """mutation Untranslate($id: ID!, $keys: [String!]!, $locales: [String!]!) {
  translationsRemove(resourceId: $id, translationKeys: $keys, locales: $locales) { userErrors { field message code } }
}""",
)

# --- jobs of the shop's: a file of variables goes to a storage, the shop runs a mutation for each of its lines

STAGE: Document = (
    "Stage",
    """mutation Stage($input: [StagedUploadInput!]!) {
  stagedUploadsCreate(input: $input) {
    stagedTargets { url parameters { name value } }
    userErrors { field message }
  }
}""",
)
RUN: Document = (
    "Run",
    """mutation Run($mutation: String!, $path: String!, $client: String!) {
  bulkOperationRunMutation(mutation: $mutation, stagedUploadPath: $path, clientIdentifier: $client) {
    bulkOperation { id status }
    userErrors { field message code }
  }
}""",
)
JOB: Document = (
    "Job",
    """query Job($id: ID!) { bulkOperation(id: $id) { id status errorCode url partialDataUrl } }""",
)
RUNNING: Document = (
    "Running",
    """query Running {
  bulkOperations(first: 10, query: "operation_type:mutation") { nodes { id status } }
}""",
)
# In a job a mutation stands alone: no fragments, one field.
SET_IN_BULK = """mutation Set(
  $identifier: ProductSetIdentifiers!, $input: ProductSetInput!, $media: Boolean!, $options: Boolean!
) {
  productSet(identifier: $identifier, input: $input, synchronous: true) {
    product {
      id handle status title descriptionHtml vendor productType onlineStoreUrl
      seo { title description }
      options @include(if: $options) { id position name optionValues { id name } }
      media(first: 250) @include(if: $media) { nodes { id } }
    }
    userErrors { field message code }
  }
}"""


def held(count: int) -> Document:
    """Products by our key, as p0, p1 …; with the receipt we left on them."""
    keys = ", ".join(f"$k{n}: UniqueMetafieldValueInput!" for n in range(count))
    products = "\n".join(
        f"  p{n}: productByIdentifier(identifier: {{customId: $k{n}}}) {{ ...Shown ...Receipt }}"
        for n in range(count)
    )
    return "Held", (
        f"query Held($namespace: String!, $receipt: String!, {keys}) {{\n{products}\n}}{_SHOWN}\n{_RECEIPT}"
    )


_OF_VARIANT = """
fragment OfVariant on ProductVariant {
  id sku barcode price compareAtPrice selectedOptions { name value }
  inventoryItem { harmonizedSystemCode countryCodeOfOrigin measurement { weight { value unit } } }
}"""
MORE_VARIANTS: Document = (
    "MoreVariants",
    """query MoreVariants($id: ID!, $first: Int!, $after: String) {
  product(id: $id) {
    variants(first: $first, after: $after) { nodes { ...OfVariant } pageInfo { hasNextPage endCursor } }
  }
}"""
    + _OF_VARIANT,
)


def showing(count: int) -> Document:
    """What is shown of products by our key, as p0, p1 …: of each its metafields f of that count c, v variants, m pictures."""
    given = ", ".join(
        f"$k{n}: UniqueMetafieldValueInput!, $f{n}: [String!]!, $c{n}: Int!, $v{n}: Int!, $m{n}: Int!"
        for n in range(count)
    )
    products = "\n".join(
        f"""  p{n}: productByIdentifier(identifier: {{customId: $k{n}}}) {{
    ...Shown ...Receipt ...Sorted
    metafields(first: $c{n}, keys: $f{n}) {{ nodes {{ id namespace key type value }} }}
    variants(first: $v{n}) {{ nodes {{ ...OfVariant }} pageInfo {{ hasNextPage endCursor }} }}
    media(first: $m{n}) {{ nodes {{ id alt status }} pageInfo {{ hasNextPage }} }}
  }}"""
        for n in range(count)
    )
    return "Showing", (
        f"query Showing($namespace: String!, $receipt: String!, {given}) {{\n{products}\n}}{_SHOWN}{_OF_VARIANT}\n{_RECEIPT}\n"
        "fragment Sorted on Product { tags category { id } options { id position name optionValues { id name } } }"
    )


def translatable(count: int) -> Document:
    """Resources with what there is to translate, and their translations into `count` locales, as l0, l1 …"""
    given = ", ".join(f"$l{n}: String!" for n in range(count))
    parts = " ".join(f"l{n}: translations(locale: $l{n}) {{ key value outdated }}" for n in range(count))
    return "Translatable", (
        f"query Translatable($ids: [ID!]!, $first: Int!, {given}) {{\n"
        "  translatableResourcesByIds(resourceIds: $ids, first: $first) {\n"
        f"    nodes {{ resourceId translatableContent {{ key value digest }} {parts} }}\n  }}\n}}"
    )


def register(count: int) -> Document:
    """Translations of several resources, as r0, r1 …"""
    given = ", ".join(f"$id{n}: ID!, $t{n}: [TranslationInput!]!" for n in range(count))
    calls = "\n".join(
        f"  r{n}: translationsRegister(resourceId: $id{n}, translations: $t{n}) {{ userErrors {{ field message code }} }}"
        for n in range(count)
    )
    return "Register", f"mutation Register({given}) {{\n{calls}\n}}"


def publish(count: int) -> Document:
    """Several products on the same publications, as p0, p1 …"""
    given = ", ".join(f"$id{n}: ID!" for n in range(count))
    calls = "\n".join(
        f"  p{n}: publishablePublish(id: $id{n}, input: $input) {{"
        " publishable { ... on Product { onlineStoreUrl } } userErrors { field message } }"
        for n in range(count)
    )
    return "PublishSeveral", f"mutation PublishSeveral($input: [PublicationInput!]!, {given}) {{\n{calls}\n}}"
