"""`python -m shoplink`: the command, where its script is not on the PATH."""

from shoplink.cli import main

if __name__ == "__main__":
    main(prog_name="shoplink")
