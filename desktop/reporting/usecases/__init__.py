"""Use cases across areas: deliveries, devices, kept documents, reports asked of head office."""
