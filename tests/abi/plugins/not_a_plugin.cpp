// A shared library that has nothing to do with mase.
extern "C" int answer() { return 42; }
