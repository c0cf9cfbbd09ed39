"""The camera: a layered or flat picture in, a moving clip out."""
