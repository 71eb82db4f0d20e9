"""Turning the report's sources and the executed notebooks into HTML and PDF."""
