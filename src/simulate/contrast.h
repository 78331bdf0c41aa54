#pragma once

#include <torch/types.h>

#include <string>

#include "simulate/anatomy.h"

namespace dircn::simulation {

/// What a sequence makes bright. T1: white matter and fat; T2: fluid; FLAIR: grey matter, with
/// fluid dark.
enum class Contrast { t1, t2, flair };

/// "AXT1", "AXT2" or "AXFLAIR".
std::string acquisition_name(Contrast contrast);

/// The magnitude [h, w] of the signal, 0 to about 1.3, of what a T1-weighted image shows.
torch::Tensor signal(const Anatomy::Sample& anatomy, Contrast contrast);

/// The signal of a lesion: brighter than the brain in T2 and FLAIR, darker in T1.
double lesion_signal(Contrast contrast);

}  // namespace dircn::simulation
