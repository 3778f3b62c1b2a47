"""What both ends share of sync: replicated tables, digests, wire messages and limits."""
