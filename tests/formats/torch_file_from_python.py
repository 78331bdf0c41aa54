"""Writes files with Python's torch for torch_file_python_test.cpp. Usage: torch_file_from_python.py FOLDER"""

import collections
import os
import sys

import torch

folder = sys.argv[1]


def save(name, value, **options):
    torch.save(value, os.path.join(folder, name + ".pth"), **options)


DTYPES = "float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128"
base = torch.arange(6.0).reshape(2, 3)
content = {name: base.to(getattr(torch, name)) for name in DTYPES.split()}
content.update(
    scalar=torch.tensor(3.5),
    empty=torch.empty(0, 3),
    emptied=base[2:],
    transposed=base.t(),
    part=base[1:, ::2],
    conjugate=torch.complex(base, base).conj(),
    negative=torch.complex(base, base).conj().imag,
    parameter=torch.nn.Parameter(base),
    size=base.shape,
    device=torch.device("cpu"),
    dtype=torch.float16,
    ordered=collections.OrderedDict([("z", 1), ("a", -2)]),
    counter=collections.Counter([30, 90, 30]),
    large=2**62,
    text="λ",
)
for protocol in range(2, 6):
    save(f"protocol{protocol}", content, pickle_protocol=protocol)

module = torch.nn.Linear(3, 2)
optimizer = torch.optim.Adam(module.parameters(), amsgrad=True)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 90])
module(base).sum().backward()
optimizer.step()
scheduler.step()
save("training", {"state_dict": module.state_dict(), "optimizer": optimizer.state_dict(),
                  "scheduler": scheduler.state_dict(), "weight_sum": module.weight.sum().item()})

save("legacy", {"a": base}, _use_new_zipfile_serialization=False)
save("module", module)
torch.jit.script(module).save(os.path.join(folder, "script.pth"))
