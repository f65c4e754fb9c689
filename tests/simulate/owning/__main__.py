"""`python -m tests.simulate.owning`: nights of leases by their seeds; options as of `tests.simulate`."""

from tests.simulate.__main__ import main
from tests.simulate.owning.playing import play

if __name__ == "__main__":
    main(play, "python -m tests.simulate.owning")
