#pragma once

/// Before any of Highway's headers: its targets but for those that dircn/runtime/simd.h names.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
