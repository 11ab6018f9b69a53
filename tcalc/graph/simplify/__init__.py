"""Graphs in their simplest form: what derivatives are shown as, and run as."""
