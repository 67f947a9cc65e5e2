// Model of join2: one beat from each input, side by side.
#include "join.h"
