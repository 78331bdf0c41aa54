#pragma once

namespace dircn {

enum class Simd { none, avx2, avx512 };

/// The widest instructions that dircn's own kernels may use where the processor has them: what the
/// environment variable DIRCN_SIMD says ("avx2" or "avx512", the default). So a processor with
/// AVX-512 can stand in for one without, in tests and measurements. Throws `Error` for other words.
Simd simd_limit();

/// What of these they use: what this processor has, up to the limit. Throws as `simd_limit` does.
Simd simd_in_use();

}  // namespace dircn
