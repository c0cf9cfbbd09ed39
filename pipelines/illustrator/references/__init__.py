"""Reference pictures that callers registered: found, cut out, toned to the style, and put into the scene as collage."""
