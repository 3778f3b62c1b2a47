"""Access: who works here, in which role, at which sites and in which sales organisations."""
