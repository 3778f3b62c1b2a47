"""Pictures of every screen with something in it, to be looked at before they are shipped."""
