"""``python -m tests.simulation --seeds N``: many seeds, one line for each that fails."""

import sys

from tests.simulation.command import main

if __name__ == "__main__":
    sys.exit(main())
