"""Access: users are published, and every use case asks here what its author may do."""
