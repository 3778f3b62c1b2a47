"""What both ends, the device and head office, run alike: no Qt, no HTTP, no clock, no files."""
