#include "dircn/runtime/memory.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace dircn {

// A network asks for the same large buffers again and again. glibc maps such a buffer anew each
// time, and every page of it is then a fault and a clearing by the kernel: a fifth of the time of a
// forward pass. So large buffers come from the heap like small ones, and the heap never shrinks.
// There is one heap for all threads, because those of other threads go back whatever these settings
// say, and threads that read slices, make samples or compute gradients have buffers, too.
void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);         // map no buffer on its own
  mallopt(M_TRIM_THRESHOLD, -1);  // give nothing back
  mallopt(M_ARENA_MAX, 1);
#endif
}

}  // namespace dircn
