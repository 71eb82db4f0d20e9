"""Measures: pure functions on tables (paper, Sections 2 to 6)."""
