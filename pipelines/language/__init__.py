"""Screenplays by language models: local weights, or any server that speaks OpenAI's chat completions."""
