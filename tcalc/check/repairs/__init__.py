"""What an error or a note offers: programs near the one at fault that the checker takes."""

from tcalc.check.repairs.foreign import definition_repairs
from tcalc.check.repairs.noted import note_repairs
from tcalc.check.repairs.search import repairs

__all__ = ["definition_repairs", "note_repairs", "repairs"]
