"""Servers that pretend, each with the manners of one real one."""
