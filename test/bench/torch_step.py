"""One PyTorch training step for each case read from standard input, timed: the yardstick of test/bench/training.ts.

Reads one JSON case a line, {"cell", "batch", "context", "features", "units", "outputs", "repeats"}, and answers each with
one JSON line {"ms": median} of a whole step on one thread: forward, back-propagation through time, Dense head, mean
squared error, Adam.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
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
