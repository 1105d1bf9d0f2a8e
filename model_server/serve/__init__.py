"""Serving of models: real vLLM with presets, or transformers where vLLM is not installed."""
