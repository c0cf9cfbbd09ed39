"""The score: music composed by rule, played by sampled instruments."""
