"""Writes checkpoints as other programs do, for checkpoint_python_test.cpp. Usage: checkpoints_from_python.py FOLDER"""

import argparse
import enum
import os
import pathlib
import sys

import numpy
import torch

folder = sys.argv[1]


class Phase(enum.Enum):
    TRAINING = 1


class Sweep:
    def __init__(self):
        self.values = [torch.ones(3), {"a": 1}]


class Weights(dict):
    pass


class Cascade(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.dc_weight = torch.nn.Parameter(torch.full((1,), 0.5))
        self.final_bottle = torch.nn.Linear(3, 2)
        self.final_bottle.weight.data = torch.arange(6.0).reshape(2, 3)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.i_cascades = torch.nn.ModuleList([Cascade()])


network = Network()
state = network.state_dict()
optimizer = torch.optim.Adam(network.parameters(), lr=0.0)  # fills the optimiser's state alone
sum(p.sum() for p in network.parameters()).backward()
optimizer.step()

args = argparse.Namespace(lr=1e-3, phase=Phase.TRAINING, exp_dir=pathlib.Path("exp"), sweep=Sweep(),
                          device=torch.device("cuda:1"), dtype=torch.float16)
training = {"epoch": 3, "args": args, "model": state, "optimizer": optimizer.state_dict(),
            "best_val_loss": numpy.float64(0.25), "exp_dir": pathlib.PosixPath("exp"), "phase": Phase.TRAINING,
            "sizes": torch.Size([2, 3]), "seeds": numpy.random.get_state(), "worker_seed": 2**63 + 5}
lightning = {"epoch": 3, "state_dict": {"model." + k: v for k, v in state.items()}, "loops": {},
             "callbacks": {"ModelCheckpoint{'monitor': 'x'}": {"best_model_score": torch.tensor(0.5)}},
             "hyper_parameters": args, "optimizer_states": [optimizer.state_dict()]}
lightning["state_dict"]["loss.w"] = torch.ones(7, 7)

loaded = {
    "training": training,
    "lightning": lightning,
    "compiled_parallel": {"state_dict": {"module._orig_mod." + k: v for k, v in state.items()}},
    "nested": {"net": {"state_dict": state}},
    "basicsr": {"params": {k: v + 1 for k, v in state.items()}, "params_ema": state},
    "plain": state,
    "half": {k: v.half() for k, v in state.items()},
    "bfloat16": {k: v.bfloat16() for k, v in state.items()},
    "double": {k: v.double() for k, v in state.items()},
}
for name, content in loaded.items():
    torch.save(content, os.path.join(folder, name + ".pth"))
    torch.save(content, os.path.join(folder, name + "_legacy.pth"), _use_new_zipfile_serialization=False)

os.makedirs(os.path.join(folder, "refused"))
refused = {
    "module": {"epoch": 3, "args": args, "model": network},
    "dict_of_a_class": {"args": args, "net": {"state_dict": Weights(state)}},
    "numpy": {"state_dict": {k: v.numpy() for k, v in state.items()}},
    "mixed": {"state_dict": {**state, "i_cascades.0.dc_weight": state["i_cascades.0.dc_weight"].numpy()}},
}
for name, content in refused.items():
    torch.save(content, os.path.join(folder, "refused", name + ".pth"))
