"""Plots as text: curves, histograms, heat maps and images, with labelled axes."""
