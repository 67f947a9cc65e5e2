// Model of skid_buffer: the beats themselves.
#include "pass_through.h"
