"""Takes the optimiser's next step in Python. Usage: python_adam.py CHECKPOINT OUTPUT

CHECKPOINT holds `parameters` and `gradients` (lists) and `optimizer`, the state of Adam with AMSGrad.
"""

import sys

import torch

content = torch.load(sys.argv[1], weights_only=True)
parameters = [torch.nn.Parameter(p) for p in content["parameters"]]
adam = torch.optim.Adam(parameters, lr=1.0, amsgrad=True)
adam.load_state_dict(content["optimizer"])
for parameter, gradient in zip(parameters, content["gradients"]):
    parameter.grad = gradient
adam.step()
torch.save({"parameters": [p.detach() for p in parameters]}, sys.argv[2])
