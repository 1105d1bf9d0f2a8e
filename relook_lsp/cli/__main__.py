"""``python -m relook_lsp.cli``, where the script ``relook`` is not on the path."""

import sys

from relook_lsp.cli import main

sys.exit(main())
