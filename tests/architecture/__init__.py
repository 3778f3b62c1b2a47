"""Checks on the shape of the house: who may know whom, and what may stand where."""
