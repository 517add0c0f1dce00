"""What can be wrong with an inventory, as one sentence for the person who wrote it."""

from __future__ import annotations


class LayoutError(ValueError):
    """The inventory does not describe a stack; the text names the host, the variable and the remedy."""
