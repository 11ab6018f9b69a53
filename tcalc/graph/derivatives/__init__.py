"""Derivatives, as a step from graph to graph."""
