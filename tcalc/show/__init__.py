"""Values, types, errors and notes as text or JSON. Nothing here imports torch."""
