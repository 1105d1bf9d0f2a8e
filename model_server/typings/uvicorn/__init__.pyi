"""The part of uvicorn that ``model_server`` uses; it is not installed where types are checked."""

from starlette.applications import Starlette

def run(app: Starlette, *, host: str, port: int, log_level: str) -> None: ...
