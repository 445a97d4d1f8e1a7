"""Files that a sheet names by their addresses: addresses (of a cell, pure) → planning → fetching → writing; report tells."""
