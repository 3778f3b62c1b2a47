"""The client without a screen: every use case as a command."""
