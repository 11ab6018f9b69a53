"""A calculator for tensors at the command line, with shape types."""

__version__ = "0.1.0"
