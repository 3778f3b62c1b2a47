"""Reports: figures over several areas, each computed from rows."""
