"""The Python interface; its names are those of the package `tcalc`."""
