"""`python -m workers --pool NAME`: one worker."""

import sys

from workers.worker import main

sys.exit(main())
