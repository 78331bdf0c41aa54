"""Runs clang-tidy over the files of a compile_commands.json, but not over those that were clean as they are.

Usage: tidy.py COMPILE_COMMANDS CACHE_FOLDER JOBS

A file counts as seen when what the preprocessor makes of it, comments included, .clang-tidy and clang-tidy itself are
what they were when it had no findings; CACHE_FOLDER remembers that. Exit status: 0 clean, 1 findings.
"""

import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def preprocessed(entry):
    command = shlex.split(entry["command"])
    output = command.index("-o")
    command[output:output + 2] = ["-E", "-P", "-C", "-w"]
    command[0] = "clang++"
    return subprocess.run(command, cwd=entry["directory"], capture_output=True, check=False).stdout


def check(entry, folder, cache, settings):
    """Returns how it went, the seconds it took, and what clang-tidy said."""
    started = time.monotonic()
    seen = cache / hashlib.sha256(settings + preprocessed(entry)).hexdigest()
    if seen.exists():
        seen.touch()
        return "seen before", time.monotonic() - started, ""
    # Checked are batches, which include .cpp files on purpose.
    run = subprocess.run(
        ["clang-tidy", "-quiet", "-checks=-bugprone-suspicious-include", "-p", folder, entry["file"]],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode == 0:
        seen.touch()
        return "clean", time.monotonic() - started, ""
    # Counts of warnings in other people's headers say nothing about ours.
    said = [line for line in run.stdout.splitlines() if "warnings generated" not in line]
    return "FINDINGS", time.monotonic() - started, "\n".join(said)


def main():
    commands, cache, jobs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
    cache.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True).stdout
    settings = version + pathlib.Path(".clang-tidy").read_bytes()
    # Not the tests' literal network, nor files that are nothing but the bytes of others.
    entries = [entry for entry in json.loads(commands.read_text())
               if not re.search("/tests/|/embedded/", os.path.relpath(entry["file"], commands.parent.parent))]
    status = 0
    with ThreadPoolExecutor(jobs) as pool:
        checks = [pool.submit(check, entry, commands.parent, cache, settings) for entry in entries]
        for entry, future in zip(entries, checks):
            result, seconds, said = future.result()
            print(f"{result:11} {seconds:4.0f} s  {os.path.relpath(entry['file'])}", flush=True)
            if said:
                print(said, flush=True)
            status |= result == "FINDINGS"
    return status


sys.exit(main())
