"""``python -m tests.attack --requests N``: what nobody should be able to do, at length."""

import sys

from tests.attack.command import main

if __name__ == "__main__":
    sys.exit(main())
