"""Every check of Qutong: unit, integration, simulation, replay, demo and benchmarks."""
