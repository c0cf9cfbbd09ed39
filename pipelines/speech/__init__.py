"""Speech by real models: transformers' text-to-speech classes and Kokoro, with a voice for each who speaks and the time of each word."""
