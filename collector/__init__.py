"""A scheduled collector of solar readings that never breaks a quota and never loses a reading."""

__version__ = "0.1.0"
