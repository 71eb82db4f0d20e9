"""Facts about the organizational part."""
