from collections.abc import Mapping
from typing import Any

class Request:
    headers: Mapping[str, str]
    async def json(self) -> Any: ...
