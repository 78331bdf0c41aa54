# dircn's own CUDA kernels and graphs, where LibTorch is a CUDA build and there is a compiler for them. Without
# them a GPU takes LibTorch's operators.

set(has_cuda OFF)
if(DIRCN_TORCH_HAS_CUDA AND NOT DIRCN_SANITIZE AND NOT DIRCN_FUZZ)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(has_cuda ON)
  endif()
endif()
option(DIRCN_CUDA "Compile dircn's own CUDA kernels" ${has_cuda})

if(DIRCN_CUDA)
  if(NOT DIRCN_TORCH_HAS_CUDA)
    message(FATAL_ERROR "DIRCN_CUDA needs a CUDA build of LibTorch, and that in ${Torch_DIR} is none")
  endif()
  # Machine code for these generations, and code that later ones compile when they first load it.
  set(CMAKE_CUDA_ARCHITECTURES "75;80;90" CACHE STRING "GPU generations to compile for")
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
endif()
message(STATUS "Own CUDA kernels: ${DIRCN_CUDA}")
