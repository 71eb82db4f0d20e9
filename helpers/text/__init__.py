"""Between tables and words: what text may ask for, and what answers it."""
