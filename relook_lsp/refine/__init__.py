"""Edits that were rendered and measured to be strictly better, with nothing made worse (Forced Optimization)."""
