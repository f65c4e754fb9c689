"""Writes what pip is told on this machine, by files and variables, into one file, and says how a builder
lends that to a container: the file, and each folder that is named in it."""

import ast
import re
import subprocess
import sys
from pathlib import Path

rules = Path(sys.argv[1])
asking = (sys.executable, "-m", "pip", "config", "list")
said = subprocess.run(asking, capture_output=True, text=True, check=True)  # noqa: S603
given = {}
for line in sorted(said.stdout.splitlines(), reverse=True):  # variables come last: they win
    name, _, value = line.partition("=")
    given[name.rpartition(".")[2]] = " ".join(ast.literal_eval(value).split())
rules.write_text("[global]\n" + "".join(f"{name} = {value}\n" for name, value in given.items()))

lent = {rules: "/etc/pip.conf"}
for value in given.values():
    for path in map(Path, re.findall(r"(?:^| )(?:file://)?(/\S+)", value)):
        folder = path.parent if path.name == "simple" else path  # an index leads to files beside it
        if folder.exists():
            lent[folder] = str(folder)
for path, place in lent.items():
    sys.stdout.write(f"--volume={path}:{place}:ro\n")
