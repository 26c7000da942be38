"""`python -m cdp_activate.receiver`."""

import sys

from cdp_activate.receiver.server import main

if __name__ == "__main__":
    sys.exit(main())
