"""`python -m cli`: the storyfarm command."""

from cli.main import main

main()
