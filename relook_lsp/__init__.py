"""ReLook looks at the page you are writing."""

import os

# Before numpy is read. Its threads spin while they wait for each other, which on a busy machine made the policy ten
# times slower; its matrices are too small to gain from them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
