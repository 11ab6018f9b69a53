"""Numbers as text: the shortest decimals, and brackets around rows of them. Shown and stored alike."""
