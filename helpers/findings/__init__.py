"""Facts that sentences hang on: small predicates on quoted tables."""
