"""Film music by real models: MusicGen of transformers, and any pipeline of diffusers that makes sound."""
