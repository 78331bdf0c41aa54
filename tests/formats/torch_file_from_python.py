"""Writes files with Python's torch for torch_file_python_test.cpp. Usage: torch_file_from_python.py FOLDER"""

import argparse
import collections
import datetime
import decimal
import enum
import functools
import os
import pathlib
import sys
import uuid

import numpy
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



class Phase(enum.Enum):
    TRAINING = 1


class Flags(enum.IntFlag):
    A = 1
    B = 2


class Settings:
    """Holds itself, and tensors."""

    def __init__(self):
        self.own = self
        self.tensor = torch.ones(2)


class Slots:
    __slots__ = ("a",)

    def __init__(self):
        self.a = 3


class Named(dict):
    pass


class Listed(list):
    pass


Pair = collections.namedtuple("Pair", "a b")

# Every value becomes an object of which only the name is known.
objects = {
    "argparse.Namespace": argparse.Namespace(a=1, path=pathlib.Path("/a/b"), phase=Phase.TRAINING),
    "pathlib.PosixPath": pathlib.PosixPath("/a/b"),
    "pathlib.PurePosixPath": pathlib.PurePosixPath("a"),
    "numpy._core.multiarray.scalar": numpy.float64(3.5),
    "numpy.dtype": numpy.dtype("float32"),
    "numpy.float32": numpy.float32,
    "__main__.Phase": Phase.TRAINING,
    "__main__.Flags": Flags.A | Flags.B,
    "__main__.Settings": Settings(),
    "__main__.Slots": Slots(),
    "__main__.Named": Named(a=1),
    "__main__.Listed": Listed([1, 2]),
    "__main__.Pair": Pair(1, 2),
    "datetime.datetime": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
    "datetime.timedelta": datetime.timedelta(3),
    "decimal.Decimal": decimal.Decimal("1.5"),
    "uuid.UUID": uuid.UUID(int=5),
    "collections.deque": collections.deque([1], maxlen=2),
    "functools.partial": functools.partial(Slots),
    "int of more than 64 bits": 2**80,
    "torch._utils._rebuild_sparse_tensor": torch.eye(2).to_sparse(),
}
others = {
    "set": {1, (2, 3)},
    "frozenset": frozenset([1]),
    "array": numpy.arange(3),
    "bytes": b"abc",
    "long bytes": bytes(300),
    "bytearray": bytearray(b"abc"),
    "complex": 1 + 2j,
    "range": range(3),
    "storage": torch.ones(3).untyped_storage(),
    "float8": torch.zeros(2, dtype=getattr(torch, "float8_e4m3fn", torch.float16)),
    "nested": {"list": [Settings(), Slots()], "keys": {1.5: 1, None: 2, (1, 2): 3, True: 4, Phase.TRAINING: 5, "a": 6}},
}
default = collections.defaultdict(list)
default["a"].append(2)
for protocol in range(2, 6):
    save(f"objects{protocol}", {"objects": objects, "others": others, "default": default, "weight": base},
         pickle_protocol=protocol)
    save(f"legacy{protocol}", content, pickle_protocol=protocol, _use_new_zipfile_serialization=False)
save("legacy_module", module, _use_new_zipfile_serialization=False)
save("legacy_objects", {"objects": objects, "module": module, "weight": base}, _use_new_zipfile_serialization=False)
save("module", module)
torch.jit.script(module).save(os.path.join(folder, "script.pth"))
