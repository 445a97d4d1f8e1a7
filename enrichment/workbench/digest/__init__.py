"""The choice of a daily mail."""
