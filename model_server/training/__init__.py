"""Data, supervised training and reinforcement learning of the small policy."""
