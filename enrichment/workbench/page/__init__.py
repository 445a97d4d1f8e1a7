"""One product: its values with where they come from, variants, channels and history."""
