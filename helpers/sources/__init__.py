"""One module per source; each can read a file already fetched, and most can fetch it."""
