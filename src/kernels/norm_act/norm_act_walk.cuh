#pragma once

// How the kernels of norm_act_cuda.cu go through a tensor, in either layout.
//
// A block takes a chunk of an image's pixels, for one channel (planes) or for a row of them
// (channels last): a plane alone would keep few of a GPU's processors busy. A thread reads `Width`
// neighbours at once, which are pixels of one channel or channels of one pixel; below, each of the
// Width places in such a pack is a slot, and a slot stays in its channel.

#include <cstdint>

#include "kernels/norm_act/norm_act_cuda.h"

namespace dircn {

constexpr int kThreads = 256;

struct GridCut {
  int64_t pixels, channels;
  int64_t chunk;         // pixels of a block
  int64_t pixel_stride;  // between neighbouring pixels of a channel
  int64_t plane_stride;  // between the first pixels of neighbouring channels
  int chunks, tiles;     // of an image: along the pixels, along the channels
  int columns, rows;     // a block's threads: side by side along channels, and along the pixels
  int thread_channels;   // channels and pixels of a pack: one is Width, the other 1
  int thread_pixels;
};

/// Neighbours in memory, read and written by one instruction.
template <typename T, int Width>
struct alignas(sizeof(T) * Width) Pack {
  T slot[Width];

  __device__ static Pack read(const T* place) { return *reinterpret_cast<const Pack*>(place); }
  __device__ void write(T* place) const { *reinterpret_cast<Pack*>(place) = *this; }
};

/// The part of a thread.
struct Walk {
  __device__ explicit Walk(const GridCut& cut)
      : slots_share_channel(cut.thread_channels == 1), pixel_stride(cut.pixel_stride) {
    const int column = static_cast<int>(threadIdx.x) % cut.columns;
    const int row = static_cast<int>(threadIdx.x) / cut.columns;
    const int64_t tile = blockIdx.y;
    const int64_t begin = blockIdx.x * cut.chunk;
    channel = (tile * cut.columns + column) * cut.thread_channels;
    const bool idle = row >= cut.rows || channel >= cut.channels;
    channel = idle ? 0 : channel;
    plane = blockIdx.z * cut.channels + channel;
    start = blockIdx.z * cut.channels * cut.pixels + channel * cut.plane_stride;
    first = begin + static_cast<int64_t>(row) * cut.thread_pixels;
    step = static_cast<int64_t>(cut.rows) * cut.thread_pixels;
    end = begin + cut.chunk < cut.pixels ? begin + cut.chunk : cut.pixels;
    end = idle ? 0 : end;
    writes_sums = row == 0 && !idle;
  }

  __device__ int64_t offset(int64_t pixel) const { return start + pixel * pixel_stride; }

  /// The image and channel of a slot, counted through.
  __device__ int64_t plane_of(int slot) const { return slots_share_channel ? plane : plane + slot; }

  bool slots_share_channel;
  bool writes_sums;  // for its column
  int64_t pixel_stride;
  int64_t channel;  // of the first slot
  int64_t plane;
  int64_t start;             // of that channel in memory
  int64_t first, step, end;  // pixels: none where first >= end
};

/// Two sums.
struct Pair {
  double a, b;

  __device__ void add(const Pair& other) {
    a += other.a;
    b += other.b;
  }
};

/// Adds up a block's rows into the first, always in the same order: sums[slot][row * columns +
/// column]. All threads must come here, and their sums be written.
template <int Slots>
__device__ void add_rows(Pair (&sums)[Slots][kThreads], int slots, int columns, int rows) {
  const int thread = static_cast<int>(threadIdx.x);
  const int row = thread / columns;
  for (int left = rows; left > 1; left = (left + 1) / 2) {
    __syncthreads();
    if (row < left / 2) {
      for (int slot = 0; slot < slots; ++slot) {
        sums[slot][thread].add(sums[slot][thread + (left + 1) / 2 * columns]);
      }
    }
  }
}

/// Writes the sums of a block's channels: partial[image][channel][chunk].
template <int Width>
__device__ void write_sums(const Pair (&mine)[Width], const GridCut& cut, const Walk& walk,
                           Pair* partial) {
  __shared__ Pair sums[Width][kThreads];
  for (int slot = 0; slot < Width; ++slot) {
    sums[slot][threadIdx.x] = mine[slot];
    if (walk.slots_share_channel && slot > 0) {
      sums[0][threadIdx.x].add(mine[slot]);
    }
  }
  add_rows(sums, cut.thread_channels, cut.columns, cut.rows);
  if (walk.writes_sums) {
    for (int slot = 0; slot < cut.thread_channels; ++slot) {
      partial[(walk.plane + slot) * cut.chunks + blockIdx.x] = sums[slot][threadIdx.x];
    }
  }
}

/// The sums over a plane's chunks, for the first of kThreads threads.
__device__ inline Pair sum_of_chunks(const Pair* partial, int64_t plane, int chunks) {
  __shared__ Pair sums[1][kThreads];
  Pair mine{0, 0};
  for (int chunk = static_cast<int>(threadIdx.x); chunk < chunks; chunk += kThreads) {
    mine.add(partial[plane * chunks + chunk]);
  }
  sums[0][threadIdx.x] = mine;
  add_rows(sums, 1, 1, kThreads);
  return sums[0][threadIdx.x];
}

}  // namespace dircn
