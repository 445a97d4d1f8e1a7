"""A product as a channel wants it: a pure function of resolved values, profile and time."""
