"""All products: filtered, sorted, paged by key, changed many at once."""
