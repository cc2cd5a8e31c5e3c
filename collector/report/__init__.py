"""What the commands tell: rows out of settings, state file and accounts, and the tables that show them."""
