"""The spreadsheet view: the grid's products and columns as cells that are written in, pasted into and filled like a spreadsheet's."""
