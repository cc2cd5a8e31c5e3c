"""What each vendor offers, as data: interfaces, limits, fields, units, states and error codes."""
