"""Usage: varnet_in_python.py CHECKPOINT SCAN

E2E-VarNet in plain torch, with the parameters of a checkpoint of dircn's: exit status 0 if its image of SCAN's k-space is
dircn's, which is in SCAN, too.
"""

import sys

import torch
import torch.nn.functional as F


def to_images(kspace):
    axes = (-2, -1)
    return torch.fft.fftshift(torch.fft.ifft2(torch.fft.ifftshift(kspace, axes), norm="ortho"), axes)


def to_kspace(images):
    axes = (-2, -1)
    return torch.fft.fftshift(torch.fft.fft2(torch.fft.ifftshift(images, axes), norm="ortho"), axes)


class Parameters:
    """The parameters below a prefix."""

    def __init__(self, weights, prefix=""):
        self.weights, self.prefix = weights, prefix

    def __truediv__(self, name):
        return Parameters(self.weights, f"{self.prefix}{name}.")

    def __getitem__(self, name):
        return self.weights[self.prefix + name]

    def count(self):
        rest = (key[len(self.prefix):] for key in self.weights if key.startswith(self.prefix))
        return 1 + max(int(key.split(".")[0]) for key in rest)


def activated(x):
    return F.leaky_relu(F.instance_norm(x), 0.2)


def block(parameters, x):
    for layer in "0.weight", "4.weight":
        x = activated(F.conv2d(x, (parameters / "layers")[layer], padding=1))
    return x


def unet(parameters, x):
    pools = (parameters / "down_sample_layers").count()
    skips = []
    for level in range(pools):
        skips.append(block(parameters / "down_sample_layers" / level, x))
        x = F.avg_pool2d(skips[-1], 2)
    x = block(parameters / "conv", x)
    for level in range(pools):
        x = activated(F.conv_transpose2d(x, (parameters / "up_transpose_conv" / level / "layers")["0.weight"], stride=2))
        merge = parameters / "up_conv" / level
        x = block(merge / "0" if level == pools - 1 else merge, torch.cat([x, skips.pop()], 1))
    last = parameters / "up_conv" / (pools - 1) / "1"
    return F.conv2d(x, last["weight"], last["bias"])


def refined(parameters, images):
    """images: [N, 1, H, W], complex, H and W multiples of 16."""
    x = torch.cat([images.real, images.imag], 1)
    mean, deviation = x.mean((2, 3), keepdim=True), x.std((2, 3), keepdim=True)
    y = unet(parameters / "unet", (x - mean) / deviation) * deviation + mean
    return torch.complex(y[:, :1], y[:, 1:])


def sensitivity_maps(parameters, kspace, mask):
    columns, middle = mask.flatten().tolist(), mask.numel() // 2
    left = right = 0
    while columns[middle - 1 - left]:
        left += 1
    while columns[middle + right]:
        right += 1
    number = max(2 * min(left, right), 1)
    first = (mask.numel() - number + 1) // 2
    centre = torch.zeros_like(kspace)
    centre[..., first:first + number] = kspace[..., first:first + number]
    maps = refined(parameters / "norm_unet", to_images(centre).transpose(0, 1)).transpose(0, 1)
    return maps / maps.abs().square().sum(1, keepdim=True).sqrt()


def varnet(weights, measured, mask):
    maps = sensitivity_maps(Parameters(weights) / "sens_net", measured, mask)
    kspace, cascades = measured, Parameters(weights) / "cascades"
    for number in range(cascades.count()):
        cascade = cascades / number
        image = (maps.conj() * to_images(kspace)).sum(1, keepdim=True)
        step = to_kspace(maps * refined(cascade / "model", image))
        kspace = kspace - cascade["dc_weight"] * mask * (kspace - measured) - step
    return to_images(kspace).abs().square().sum(1).sqrt()


def main():
    weights = torch.load(sys.argv[1], weights_only=True)["state_dict"]
    scan = torch.load(sys.argv[2], weights_only=True)
    image = varnet(weights, torch.view_as_complex(scan["kspace"]), scan["mask"])
    error = ((image - scan["image"]).abs().max() / image.abs().max()).item()
    print(f"error {error}")
    sys.exit(error > 1e-5)


main()
