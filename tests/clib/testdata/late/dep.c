// What late.c needs.

#include "../check.h"

__thread int dep_tls = 5;
int dep_value = 50;
__attribute__((constructor)) static void begin(void) { CHECK_STACK(); note('d'); }
__attribute__((destructor)) static void end(void) { note('D'); }
