// What zlib wants of a C library.

#include <stddef.h>

static char room[1 << 20] __attribute__((aligned(16)));
static size_t used;

void *malloc(size_t n)
{
	n = (n + 15) & ~(size_t)15;
	if (n > sizeof(room) - used)
		return 0;
	used += n;
	return room + used - n;
}

void free(void *p) { }

void *memcpy(void *to, const void *from, size_t n)
{
	void *start = to;
	__asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return start;
}

void __stack_chk_fail(void) { __builtin_trap(); }
