"""`python -m tcalc`"""

from tcalc.cli import main

main()
