"""Helper of scripts/experiments.sh: measures a training run, and makes the table of all of them."""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

LONG = 180  # seconds
UNKNOWN = "–"


def epochs_of(run):
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if line["type"] == "epoch"]


def was_cut(run):
    """Whether training was interrupted: it then ends well, too, but before its last epoch."""
    last_line = (run / "train.log").read_text().splitlines()[-1]
    return "info: trained; " not in last_line


def parameters_of(checkpoint, inspector):
    report = subprocess.run([inspector, "--json", checkpoint], check=True, capture_output=True, text=True)
    return json.loads(report.stdout)[0]["parameters"]["total"]


def measure(numbers, run, *command):
    """Runs `command`, which trains into the folder `run`, and writes what it reached and cost. What it says goes to
    `run`.err; a run that failed or was cut leaves no numbers."""
    start = time.monotonic()
    with open(f"{run}.err", "w") as errors:
        status = subprocess.run(command, stderr=errors).returncode
    seconds = time.monotonic() - start
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = Path(run)
    if status != 0:
        return status
    if was_cut(run):
        print(f"{run}: interrupted", file=sys.stderr)
        return 1
    if seconds > LONG:
        print(f"warning: {run} took {seconds:.0f} s, over three minutes", file=sys.stderr)
    epochs = epochs_of(run)
    last = epochs[-1]
    result = {
        "ssim": last["validation"]["ssim"],
        "best_ssim": max(epoch["validation"]["ssim"] for epoch in epochs),
        "ssim_zero_filled": last["validation"]["ssim_zero_filled"],
        "parameters": parameters_of(run / "last.pt", Path(command[0]).with_name("dircn_inspect")),
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "megabytes": usage.ru_maxrss / 1024,
    }
    if "validation_ema" in last:
        result["ssim_ema"] = last["validation_ema"]["ssim"]
        result["best_ssim_ema"] = max(epoch["validation_ema"]["ssim"] for epoch in epochs)
    Path(numbers).write_text(json.dumps(result, indent=1) + "\n")
    return 0


def mean(values, form=".4f"):
    """Of the values that are known."""
    known = [value for value in values if value is not None]
    return format(statistics.mean(known), form) if known else UNKNOWN


def mean_and_spread(values, form=".4f"):
    spread = f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else ""
    return mean(values, form) + spread


def yardstick_of(name):
    """What an experiment is compared with."""
    if name.startswith("method_"):
        return "continued"
    return "networks_weighted_sum" if name.startswith("networks_") else "base"


def line(title, own, yardstick, last, best):
    """`own` and `yardstick`: runs by seed. `last`, `best`: the keys of their scores."""
    runs = [run for run in own.values() if last in run]
    pairs = [(own[seed], yardstick[seed]) for seed in own.keys() & yardstick.keys() if last in own[seed]]
    cells = [
        title,
        mean_and_spread([run[last] for run in runs]),
        mean(run.get(best) for run in runs),
        mean_and_spread([run[last] - other["ssim"] for run, other in pairs], "+.4f"),
        str(len(runs)),
        mean((run.get("parameters") for run in runs), ".0f"),
        mean((run.get("cpu_seconds") for run in runs), ".0f"),
        mean((run.get("megabytes") for run in runs), ".0f"),
    ]
    return f"| {' | '.join(cells)} |"


def table(folder, *names):
    """Prints a line an experiment: means over its seeds, and standard deviations where there are several. Among them is
    the difference, seed by seed, from its yardstick."""
    runs = {}
    for name in {*names, *map(yardstick_of, names)}:
        files = Path(folder).glob(f"{name}-[0-9]*.json")
        runs[name] = {path.stem.rsplit("-", 1)[1]: json.loads(path.read_text()) for path in files}
    print("| experiment | SSIM, last epoch | best epoch | against the yardstick | seeds | parameters | CPU s | MB |")
    print("|---|---|---|---|---|---|---|---|")
    for name in names:
        yardstick = runs[yardstick_of(name)] if name != yardstick_of(name) else {}
        print(line(name, runs[name], yardstick, "ssim", "best_ssim"))
        if any("ssim_ema" in run for run in runs[name].values()):
            print(line(f"{name}: average", runs[name], yardstick, "ssim_ema", "best_ssim_ema"))
    return 0


if __name__ == "__main__":
    sys.exit({"measure": measure, "table": table}[sys.argv[1]](*sys.argv[2:]))
