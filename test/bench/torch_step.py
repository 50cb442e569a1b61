"""One PyTorch training step for each case read from standard input, timed: the yardstick of test/bench/training.ts.

Says first what multiplies matrices here, {"version", "blas": path of the library, "gflops": of a product of 512 x 512}.
Then reads one JSON case a line, {"cell", "batch", "context", "features", "units", "outputs", "repeats"}, and answers each with
one JSON line {"ms": median} of a whole step on as many threads as the argument says: forward, back-propagation through time, Dense head, mean
squared error, Adam.
"""
import json
import re
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))
CELLS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
prepared = {}


def prepare(case):
    torch.manual_seed(1)
    cell = CELLS[case["cell"]](case["features"], case["units"], batch_first=True)
    head = torch.nn.Linear(case["units"], case["outputs"])
    optimizer = torch.optim.Adam([*cell.parameters(), *head.parameters()], lr=1e-3)
    x = torch.rand(case["batch"], case["context"], case["features"]) - 0.5
    y = torch.rand(case["batch"], case["outputs"]) - 0.5

    def step():
        optimizer.zero_grad()
        sequence, _ = cell(x)
        loss = torch.nn.functional.mse_loss(head(sequence[:, -1]), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    for _ in range(3):
        step()
    return step


def blas():
    """The BLAS library this process has loaded. Debian's build calls it "generic": which one that is, alternatives decide."""
    try:
        with open("/proc/self/maps") as maps:
            paths = [line.split(None, 5)[5].strip() for line in maps if line.count("/")]
    except OSError:
        return None
    found = [path for path in paths if re.search(r"openblas|libmkl|libblis|atlas|libblas", path)]
    return found[0] if found else None


def product_gflops():
    """By processor time, the same on any number of threads: a busy machine must not pass for a slow library."""
    a = torch.rand(512, 512)
    times = []
    for _ in range(7):
        start = time.process_time()
        a @ a
        times.append(time.process_time() - start)
    return 2 * 512**3 / min(times) / 1e9


# The product first: it is what has the library loaded.
gflops = product_gflops()
print(json.dumps({"version": torch.__version__, "blas": blas(), "gflops": gflops}), flush=True)

for line in sys.stdin:
    case = json.loads(line)
    key = json.dumps({name: case[name] for name in ("cell", "batch", "context", "features", "units")})
    if key not in prepared:
        prepared[key] = prepare(case)
    times = []
    for _ in range(case["repeats"]):
        start = time.perf_counter()
        prepared[key]()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"ms": sorted(times)[len(times) // 2]}), flush=True)
