"""Channel: sales organisations, regions, levels, partners, channel accounts, sites, devices."""
