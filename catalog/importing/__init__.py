"""Spreadsheets become products: recognise → map → plan → apply → undo. Start at `runs`, which the screens and commands call."""
