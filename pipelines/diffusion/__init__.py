"""Pictures and video by diffusers: weights in, media out."""
