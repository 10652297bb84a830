"""``python -m api.cli`` is ``trygkort``."""

from api.cli import main

main()
