"""What Tab offers, by where the cursor stands."""
