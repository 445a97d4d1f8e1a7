"""The supplier's price list: about 120 rows in the supplier's own words, 20 kinds of error planted among them.

supplier_rows() -> list[dict]        header → cell (str, int, float, date or None), in file order
planted_errors() -> list[PlantedError]
xlsx() -> bytes, csv() -> bytes      the same rows as files
import_profile() -> dict             code, labels, source, dialect, mapping, settings of the import profile
"""

from pim.demo.supplier.errors import PlantedError
from pim.demo.supplier.files import csv, xlsx
from pim.demo.supplier.profile import import_profile
from pim.demo.supplier.rows import good_rows, planted_errors, supplier_rows

__all__ = ["PlantedError", "csv", "good_rows", "import_profile", "planted_errors", "supplier_rows", "xlsx"]
