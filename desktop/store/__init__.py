"""The device's database: one file, one writer, a spool beside it."""
