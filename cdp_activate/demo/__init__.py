"""The data of the demo: a generated shop, and the Complete Journey households."""
