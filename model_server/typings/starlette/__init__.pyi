"""The part of Starlette that ``model_server`` uses; it is not installed where types are checked."""
