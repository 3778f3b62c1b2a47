"""Head office's database: how it is opened, its own tables, its migrations."""
