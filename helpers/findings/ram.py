"""Facts about the ram part."""
