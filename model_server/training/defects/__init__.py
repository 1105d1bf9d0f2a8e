"""Defects put into clean pages in known ways: what breaks, where, and the edit that takes it back."""
