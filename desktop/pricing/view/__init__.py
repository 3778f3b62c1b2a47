"""The price screens of head office."""
