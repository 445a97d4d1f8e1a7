"""Numbers that products get: by a pattern with a sequence, or the next GTIN of a pool."""
