from collections.abc import Sequence

from starlette.routing import Route

class Starlette:
    def __init__(self, *, routes: Sequence[Route]) -> None: ...
