"""Takes each case's next two steps in Python. Usage: python_optimizer.py INPUT OUTPUT

INPUT: a list of cases, each with `kind`, a network's `keys` and `parameters`, their `gradients` (None: frozen), and
`optimizer`, the state to continue from. OUTPUT: for each case the parameters after the `first` and the `second` step,
and `optimizer`, the state between them.
"""

import sys

import torch

KINDS = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}


def role(key):
    if key.startswith("sens_net."):
        return 0
    return {"dc_weight": 2, "cat_weight": 3}.get(key.split(".")[-1], 1)


def two_steps(case):
    parameters = [torch.nn.Parameter(p) for p in case["parameters"]]
    groups = [[p for key, p in zip(case["keys"], parameters) if role(key) == r] for r in range(4)]
    optimizer = KINDS[case["kind"]]([{"params": group} for group in groups], lr=1.0)
    optimizer.load_state_dict(case["optimizer"])
    for parameter, gradient in zip(parameters, case["gradients"]):
        parameter.grad = gradient
    optimizer.step()
    first = [p.detach().clone() for p in parameters]
    between = {
        "state": {i: {k: v.clone() for k, v in s.items()} for i, s in optimizer.state_dict()["state"].items()},
        "param_groups": optimizer.state_dict()["param_groups"],
    }
    optimizer.step()
    return {"first": first, "second": [p.detach() for p in parameters], "optimizer": between}


torch.save([two_steps(case) for case in torch.load(sys.argv[1], weights_only=True)], sys.argv[2])
