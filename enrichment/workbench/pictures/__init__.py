"""Many files to their products at once: naming (pure) → matching → taking (upload, zip) → writing; views show all of it."""
