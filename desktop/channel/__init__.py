"""Channel: the structure is published; the site a device works for is looked up."""
