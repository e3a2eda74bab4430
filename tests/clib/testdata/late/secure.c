// Ends with 42, plus 1 in secure mode.

#include "slulrtld.h"

void _start(void)
{
	__asm__ volatile("syscall" : : "a"(231), "D"(42 + slulrtld_is_secure()));
}
