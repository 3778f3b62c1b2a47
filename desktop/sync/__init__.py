"""The device's side of sync: the conversation, its transport, its schedule, its credentials."""
