// Level 2.

#include "../check.h"

extern int data, *data_at;
int base_who(void);
extern __thread int tls_int;
extern int ifunc_global(void);
__attribute__((weak)) int absent(void);
__attribute__((weak)) extern int absent_data;

__attribute__((constructor)) static void begin(void) { CHECK_STACK(); note('m'); }
__attribute__((destructor)) static void end(void) { note('M'); }

__attribute__((visibility("hidden"), noinline)) int hidden(void) { __asm__ volatile(""); return 2; }
int middle_hidden(void) { return hidden(); }
int middle_who(void) { return base_who() * 10; }
int *middle_data(void) { return data_at == &data ? &data : 0; }
int *middle_tls_int(void) { return &tls_int; }
int middle_ifunc(void) { return ifunc_global(); }
int middle_absent(void) { return absent != 0 || &absent_data != 0; }

// The canary of this function lies between an array and its return address.
int middle_sum(int n)
{
	volatile int many[64];
	for (int i = 0; i < 64; i++)
		many[i] = i;
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += many[i];
	return sum;
}
