"""Dashboards and what Grafana needs to find them, rendered in two query languages from one description."""
