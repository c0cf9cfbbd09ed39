"""The illustrator: layered vector pictures of characters in places, at any time, in any weather and style."""
