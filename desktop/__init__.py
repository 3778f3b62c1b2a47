"""The Qutong client: what a person sees, and the device's own copy of everything it needs."""
