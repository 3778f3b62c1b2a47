"""Scanners, printers, drawers and displays at the counter, without any screen."""
