"""Fakes: what stands for an edge in tests."""
