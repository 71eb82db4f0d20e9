"""What keeps collected days: pages, days, checks, the lists of what is held."""
