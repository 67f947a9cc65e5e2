// Model of unpacked_fifo: the beats themselves.
#include "pass_through.h"
