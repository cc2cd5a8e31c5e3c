"""A vendor's cloud for tests, demo and what-if.

Names, shapes and fields come from the catalogue; limits, session rules, time rules and error answers are read from the
manual a second time, apart from the collector's own reading: both must agree.
"""
