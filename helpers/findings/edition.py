"""Facts about the edition part."""
