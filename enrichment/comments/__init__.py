"""Comments on products and on single values: places (what one is about), mentions (whom it names), writing, reading, keeping."""
