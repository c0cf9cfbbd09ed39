"""The embedded screenwriter: a prompt or a script in, a screenplay out, by grammar and without a language model."""
