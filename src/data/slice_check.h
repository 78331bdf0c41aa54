#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "dircn/data/input_check.h"

namespace dircn {

/// A slice of k-space, and what is to be done with it.
struct CheckedSlice {
  std::string name;        // what messages call it
  torch::Tensor kspace;    // [C, H, W] complex, as it is stored
  torch::Tensor mask;      // bool [W] or [H, W], with which it is undersampled
  torch::Tensor acquired;  // bool [W]
};

/// Where k-space [C, H, W] holds nothing (a millionth of the energy, that is) between places where
/// something was measured: bool [1, W], of whole columns, for masks of columns, [H, W] for others.
///
/// An empty place counts only if there is more on either side of it, along rows or columns. So the
/// zeros at the edges of a full scan, which were never acquired, do not, nor does k-space's own
/// decay; what a mask left out does, whatever the mask was, also where resampling left traces.
torch::Tensor gaps(const torch::Tensor& kspace, bool columns);

/// Whether k-space with these gaps was multiplied by a mask. (A few lost columns are none.)
bool is_masked(const torch::Tensor& gaps);

/// What is wrong with a slice's k-space, alone and with its mask. An empty slice tells nothing.
std::vector<InputFinding> check_kspace(const CheckedSlice& slice, Targets targets);

/// What is wrong with a mask, whatever it is applied to: sensitivity maps need its centre, unless
/// they are made of all samples.
std::vector<InputFinding> check_mask(const std::string& name, const torch::Tensor& mask,
                                     Calibration calibration = Calibration::centre);

/// A label, and the images [h, w] that its k-space gives at the same place.
struct CheckedImages {
  std::string label_name;
  std::string kspace_name;
  torch::Tensor label;
  torch::Tensor stored;       // of the k-space as it is stored
  torch::Tensor zero_filled;  // of the masked k-space
  bool masked = false;        // the stored k-space is masked already
  bool leaves_out = false;    // the mask leaves out columns that were acquired
};

std::vector<InputFinding> check_label(const CheckedImages& images);

/// The part of `image`'s energy that no multiple of `other` explains: 0 of the same image at any
/// scale, 1 of images without anything in common.
double unexplained(const torch::Tensor& image, const torch::Tensor& other);

}  // namespace dircn
