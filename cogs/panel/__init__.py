"""The panel: how it looks, its buttons, and how it keeps up."""
