// Is loaded by the running program, needs dep.c, and uses what the program has.

#include "../check.h"
#include "slulrtld.h"

extern __thread int dep_tls;
extern int dep_value, main_value;
__thread int late_tls = 6;
static __thread int own_tls = 7;
static int *relocated = &dep_value;
int inner_was_refused;

__attribute__((constructor)) static void begin(int argc, char **argv)
{
	CHECK_STACK();
	check(argc == 3 && is_equal(argv[2], "last"));
	check(dep_tls == 5 && *relocated == 50); // what it needs is ready
	note('l');
	// The loader is at work, for us: it does not begin something else meanwhile.
	inner_was_refused = slulrtld_load("libother.so") == 0;
	check(slulrtld_program() != 0); // but what never changes it tells at any time
}
__attribute__((destructor)) static void end(void) { note('L'); }

static int chosen(void) { return 60; }
__attribute__((used)) static void *choose(void) { return *relocated == 50 ? (void *)chosen : 0; }
int late_ifunc(void) __attribute__((ifunc("choose")));

int late_sum(void) { return main_value + dep_value + late_tls + dep_tls + own_tls++; }
int *late_tls_at(void) { return &late_tls; }
int *dep_tls_at(void) { return &dep_tls; }
