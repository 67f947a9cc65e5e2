// Model of join_n: one beat from each input, side by side.
#include "join.h"
