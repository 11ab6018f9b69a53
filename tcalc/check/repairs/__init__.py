"""What an error offers: programs near the one at fault that the checker takes."""

from tcalc.check.repairs.search import repairs

__all__ = ["repairs"]
