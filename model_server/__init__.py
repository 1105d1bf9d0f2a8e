"""Serving, training and evaluation of ReLook's policies and critic."""
