"""Moving products on screen: choose, see what it does, do it, take it back."""
