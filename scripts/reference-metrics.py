"""Measures as trec_eval computes them (PyPI's pytrec-eval-terrier), on made-up runs with everything that is difficult.

Writes into a folder: reference.qrels and reference.run in TREC's formats, reference.json with the values of every query.
Called by scripts/check-metrics.ts, in a virtual environment of its own.
"""

import json
import random
import sys
from pathlib import Path

import pytrec_eval

MEASURES = {"ndcg_cut.1,5,10,20", "recall.1,5,10,20", "P.1,5,10,20", "recip_rank", "map"}

folder, count, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
rng = random.Random(seed)
qrels, run = {}, {}
for number in range(count):
    query = f"q{number}"
    # Ids of different lengths, in both cases and beyond ASCII: ties are broken by their bytes.
    ids = [rng.choice(["d", "D", "é", "a-", "doi:10.1/", "𝒳", "｡"]) + str(rng.randrange(40)) for _ in range(30)]
    ids = list(dict.fromkeys(ids))
    grades = rng.choice([[0, 1], [0, 1, 2, 3, 4], [-1, 0, 1, 2], [0], [-2, -1, 0], [1], [0, 0, 0, 0, 7]])
    qrels[query] = {each: rng.choice(grades) for each in rng.sample(ids, rng.randint(1, len(ids)))}
    # trec_eval crashes where every grade is negative.
    qrels[query][ids[0]] = max(0, qrels[query].get(ids[0], 0))
    if number % 3 == 0:
        # A document that is relevant and that no run finds.
        qrels[query][f"unfound{number}"] = max(grades)
    # Few different scores make ties; the smallest step is one that a 32-bit float cannot hold.
    scores = rng.choice(
        [
            lambda: rng.random(),
            lambda: rng.randrange(3),
            lambda: -rng.randrange(4) / 3,
            lambda: 0.5 + rng.randrange(3) * 1e-9,
            lambda: 12.25 + rng.randrange(3) * 1e-6,
        ]
    )
    run[query] = {each: scores() for each in rng.sample(ids, rng.randint(1, len(ids)))}

values = pytrec_eval.RelevanceEvaluator(qrels, MEASURES).evaluate(run)
qrels_lines = [f"{q} 0 {d} {grade}\n" for q, judged in qrels.items() for d, grade in judged.items()]
run_lines = [
    f"{q} Q0 {d} {rank} {score!r} made-up\n"
    for q, found in run.items()
    for rank, (d, score) in enumerate(found.items(), 1)
]
(folder / "reference.qrels").write_text("".join(qrels_lines), encoding="utf-8")
(folder / "reference.run").write_text("".join(run_lines), encoding="utf-8")
(folder / "reference.json").write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
