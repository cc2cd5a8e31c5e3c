"""Drills: what is promised about crashes, faults and clocks, shown with the real program against a simulated cloud."""
