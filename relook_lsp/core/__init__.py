"""Pure data and arithmetic of ReLook. Standard library only."""
