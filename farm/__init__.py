"""The core of the farm: what a story is, what is to be done next, who may do it and what it costs."""
