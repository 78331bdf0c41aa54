"""Helper of scripts/experiments.sh: measures a training run, and makes the table of all of them."""

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path


def epochs_of(run):
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if line["type"] == "epoch"]


def measure(numbers, run, *command):
    """Runs `command`, which trains into the folder `run`, and writes what it reached and cost."""
    start = time.monotonic()
    status = subprocess.run(command, stderr=subprocess.DEVNULL).returncode
    if status != 0:
        return status
    epochs = epochs_of(Path(run))
    last = epochs[-1]
    result = {
        "ssim": last["validation"]["ssim"],
        "best_ssim": max(epoch["validation"]["ssim"] for epoch in epochs),
        "ssim_zero_filled": last["validation"]["ssim_zero_filled"],
        "seconds": time.monotonic() - start,
        "megabytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }
    if "validation_ema" in last:
        result["ssim_ema"] = last["validation_ema"]["ssim"]
    Path(numbers).write_text(json.dumps(result, indent=1) + "\n")
    return 0


def mean_and_spread(values):
    spread = f" ± {statistics.stdev(values):.4f}" if len(values) > 1 else ""
    return f"{statistics.mean(values):.4f}{spread}"


def table(folder, *names):
    """Prints a line an experiment: means over its seeds, and the standard deviation of the SSIM. Beside it stands the
    mean difference from the yardstick with the same seed: `base`, or for transfer `continued`."""
    runs = {}
    for name in {*names, "base", "continued"}:
        files = Path(folder).glob(f"{name}-[0-9]*.json")
        runs[name] = {path.stem.rsplit("-", 1)[1]: json.loads(path.read_text()) for path in files}
    print("| experiment | SSIM, last epoch | best epoch | against the yardstick | seeds | s | MB |")
    print("|---|---|---|---|---|---|---|")
    for name in names:
        yardstick = runs["continued" if name.startswith("method_") else "base"]
        rows = [(name, "ssim", "best_ssim")]
        if any("ssim_ema" in run for run in runs[name].values()):
            rows.append((f"{name}: average", "ssim_ema", "ssim_ema"))
        for title, last, best in rows:
            own = runs[name]
            both = sorted(own.keys() & yardstick.keys())
            difference = [own[seed][last] - yardstick[seed]["ssim"] for seed in both]
            print(f"| {title} | {mean_and_spread([run[last] for run in own.values()])} "
                  f"| {statistics.mean(run[best] for run in own.values()):.4f} "
                  f"| {statistics.mean(difference):+.4f} | {len(own)} "
                  f"| {statistics.mean(run['seconds'] for run in own.values()):.0f} "
                  f"| {statistics.mean(run['megabytes'] for run in own.values()):.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit({"measure": measure, "table": table}[sys.argv[1]](*sys.argv[2:]))
