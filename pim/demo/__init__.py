"""The demo: a brand's range, its pictures, a supplier's spreadsheet and a stand-in shop. Content only, no database."""
