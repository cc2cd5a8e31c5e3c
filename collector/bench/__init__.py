"""Measurements of the collector against plain ways of doing the same work, side by side in one run."""
