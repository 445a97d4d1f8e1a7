"""The calendar of launches and campaigns: a month as a table or a list."""
