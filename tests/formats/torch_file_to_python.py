"""Checks a file that torch_file_python_test.cpp wrote. Usage: torch_file_to_python.py FILE"""

import sys

import torch

DTYPES = "float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool complex64 complex128"
content = torch.load(sys.argv[1], weights_only=True)
base = torch.arange(6.0).reshape(2, 3)


def check(key, expected):
    actual = content[key]
    assert actual.dtype == expected.dtype, (key, actual.dtype)
    assert actual.shape == expected.shape, (key, actual.shape)
    assert torch.equal(actual, expected), (key, actual)


for name in DTYPES.split():
    check(name, base.to(getattr(torch, name)))
check("scalar", torch.tensor(3.5))
check("empty", torch.empty(0, 3))
check("transposed", base.t())
check("part", base[1:, ::2])
check("conjugate", torch.complex(base, base).conj())
assert content["float32"].data_ptr() == content["same"].data_ptr()
assert content["transposed"].is_contiguous()

plain = {k: v for k, v in content.items() if not isinstance(v, torch.Tensor)}
assert plain == {
    "none": None, "true": True, "false": False, "small": -3, "large": -(2**62), "real": 0.1,
    "text": "λ", "list": [1, [2.5], ()], "tuple": (0.9, 0.999), "dict": {0: "zero", "one": {}},
}, plain
assert [type(v) for v in plain["list"]] == [int, list, tuple]
assert list(content)[:3] == ["none", "true", "false"]

module = torch.nn.Linear(3, 2, bias=False)
module.load_state_dict({"weight": content["float32"]})
