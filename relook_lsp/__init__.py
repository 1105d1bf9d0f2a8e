"""ReLook looks at the page you are writing."""

__version__ = "0.1.0"
