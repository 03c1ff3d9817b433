"""``python -m funnel_audit``: the same as the console script."""

from funnel_audit.cli import main

if __name__ == "__main__":
    main()
