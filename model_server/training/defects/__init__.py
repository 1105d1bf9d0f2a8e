"""Injects defects into clean pages: the kinds, the places, and the edit that undoes each."""
