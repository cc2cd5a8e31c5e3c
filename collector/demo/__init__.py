"""``demo``: a simulated cloud, read by the real collector, from a day ago up to now and on."""

from collector.demo.demo import Demo, DemoPlan

__all__ = ["Demo", "DemoPlan"]
