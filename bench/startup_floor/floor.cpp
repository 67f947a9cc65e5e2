// The floor of every start: a program that links LibTorch, and does nothing.
namespace at {
int get_num_threads();
}

int main(int argc, char**) { return argc > 1000 ? at::get_num_threads() : 0; }  // so that the library is needed
