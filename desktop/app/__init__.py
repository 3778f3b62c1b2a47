"""Where the parts of the client are put together."""
