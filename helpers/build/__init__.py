"""The build: which steps there are, which are out of date, and running them."""
