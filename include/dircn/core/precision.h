#pragma once

namespace dircn {

/// fp32: everything as the tensors are. bf16: convolutions in bfloat16 (autocast); Fourier
/// transforms, data consistency, statistics and losses stay float32.
enum class Precision { fp32, bf16 };

}  // namespace dircn
