"""The command line: `operator-app …` and `python -m operator_app …`."""

import sys


def main() -> int:
    """Refuse a Python that the libraries cannot run on, else hand over to the command line."""
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        found = f"{sys.version_info.major}.{sys.version_info.minor}"
        print(f"operator-app needs Python 3.11 or 3.12, this is {found}.", file=sys.stderr)
        return 2
    from operator_app.bootstrap.cli import run  # noqa: PLC0415  (after the check of the version)

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
