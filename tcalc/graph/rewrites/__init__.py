"""Graphs that give the same with less work: named rewrites, each with its identity and when it is taken."""
