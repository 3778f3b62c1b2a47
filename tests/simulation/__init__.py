"""The simulator: devices and head office in one thread, real code, on seeded faults."""
