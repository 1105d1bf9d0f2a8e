"""Benchmarks and ablations: scripts that read from top to bottom."""
