"""Who and what stands in a picture: people, animals and things, drawn by one hand."""
