"""First start: passwords, tokens, bucket and database, made once and left alone afterwards."""
