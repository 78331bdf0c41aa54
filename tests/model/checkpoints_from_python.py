"""Writes checkpoints as other programs do, for checkpoint_python_test.cpp. Usage: checkpoints_from_python.py FOLDER VARNET

VARNET is a file of tests/golden with fastMRI's E2E-VarNet.
"""

import argparse
import enum
import os
import pathlib
import sys

import numpy
import torch

folder, varnet = sys.argv[1:3]


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


def save_both(contents, place):
    os.makedirs(place, exist_ok=True)
    for name, content in contents.items():
        torch.save(content, os.path.join(place, name + ".pth"))
        torch.save(content, os.path.join(place, name + "_legacy.pth"), _use_new_zipfile_serialization=False)


save_both(loaded, folder)

# fastMRI's own training (PyTorch Lightning), and the challenge's baseline.
state = torch.load(varnet)["state_dict"]
moments = {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(2, 2)}},
           "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "params": [0]}]}
sums = ["NMSE", "SSIM", "PSNR", "ValLoss", "TotExamples", "TotSliceExamples"]
best = {pathlib.PosixPath("runs/epoch=3.ckpt"): torch.tensor(0.25)}
fastmri = {"epoch": 3, "global_step": 1200, "pytorch-lightning_version": "1.0.6",
           "state_dict": {**{"varnet." + k: v for k, v in state.items()}, "loss.w": torch.ones(1, 1, 7, 7) / 49,
                          **{name + ".quantity": torch.tensor(0) for name in sums}},
           "callbacks": {Sweep: {"best_k_models": best, "dirpath": pathlib.PosixPath("runs")},
                         "ModelCheckpoint": {"best_k_models": best, "best_model_score": torch.tensor(0.25)}},
           "optimizer_states": [moments], "lr_schedulers": [{"step_size": 40, "_last_lr": [1e-3]}],
           "hparams_name": "kwargs", "hyper_parameters": Weights(num_cascades=2, mask=Phase.TRAINING)}
options = argparse.Namespace(GPU_NUM=0, net_name=pathlib.PosixPath("test_varnet"), cascade=2, chans=4, sens_chans=2,
                             exp_dir=pathlib.PosixPath("../result/test_varnet/checkpoints"), lr=1e-3)
baseline = {"epoch": 1, "args": options, "model": state, "optimizer": moments, "best_val_loss": numpy.float64(0.04),
            "exp_dir": pathlib.PosixPath("../result/test_varnet/checkpoints")}
save_both({"plain": state, "fastmri": fastmri, "baseline": baseline,
           "baseline_half": {**baseline, "model": {k: v.half() for k, v in state.items()}},
           "module": {"model": {"module." + k: v for k, v in state.items()}},
           "compiled": {"state_dict": {"_orig_mod." + k: v for k, v in state.items()}},
           "half": {k: v.half() for k, v in state.items()}}, os.path.join(folder, "varnet"))
state = network.state_dict()

os.makedirs(os.path.join(folder, "refused"))
refused = {
    "module": {"epoch": 3, "args": args, "model": network},
    "dict_of_a_class": {"args": args, "net": {"state_dict": Weights(state)}},
    "numpy": {"state_dict": {k: v.numpy() for k, v in state.items()}},
    "mixed": {"state_dict": {**state, "i_cascades.0.dc_weight": state["i_cascades.0.dc_weight"].numpy()}},
}
for name, content in refused.items():
    torch.save(content, os.path.join(folder, "refused", name + ".pth"))
