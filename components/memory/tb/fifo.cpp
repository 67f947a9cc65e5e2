// Model of fifo: the beats themselves.
#include "pass_through.h"
