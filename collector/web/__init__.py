"""Health, metrics and a status page over HTTP, for who looks from outside. Read-only."""
