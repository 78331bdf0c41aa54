// Defaults of the sanitizers for every executable of the asan preset; ASAN_OPTIONS and LSAN_OPTIONS
// add to them. LibTorch itself is not instrumented: containers that cross its border look overflown
// (detect_container_overflow), and what it allocates once for the life of the process is no leak of
// ours. Memory that cannot be had is an error to report, not the end (allocator_may_return_null).

extern "C" const char* __asan_default_options() {
  return "detect_container_overflow=0:detect_stack_use_after_return=1:strict_string_checks=1:"
         "check_initialization_order=1:allocator_may_return_null=1";
}

extern "C" const char* __ubsan_default_options() {
  return "print_stacktrace=1";
}

extern "C" const char* __lsan_default_suppressions() {
  return "leak:libtorch_cpu.so\n"
         "leak:libc10.so\n"
         "leak:libgomp.so\n"
         "leak:libhdf5_serial.so\n";
}
