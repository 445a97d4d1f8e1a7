"""The structure as files, through django-import-export: attributes, options, families, categories and the small lists.

Products have their own import (catalog.importing), since this library holds whole files in memory.
"""
