"""Facts about the regional part."""
