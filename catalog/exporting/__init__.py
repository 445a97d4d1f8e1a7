"""Products as a spreadsheet that is read again without loss: columns → rows → files, put together in products."""
