"""One method of the protocol in each module, and what answers it; each has ``register(server)``."""
