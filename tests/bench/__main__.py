"""`python -m tests.bench [name ...]`: runs the named benchmarks, or all of them."""

import importlib
import pkgutil
import sys

import tests.bench


def main() -> None:
    """Each module of this package that has a `main` is a benchmark."""
    present = [
        module.name
        for module in pkgutil.iter_modules(tests.bench.__path__)
        if not module.name.startswith("_")
    ]
    wanted = sys.argv[1:] or present
    for name in wanted:
        if name not in present:
            sys.exit(f"There is no benchmark {name!r}; there are: {', '.join(present)}.")
    for name in wanted:
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "main"):
            print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}\n")
            module.main()


if __name__ == "__main__":
    main()
