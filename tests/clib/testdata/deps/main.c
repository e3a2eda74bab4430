// The program. WRAPPED: it is linked as a shared object. SYMBOLIC: the libraries are linked
// with -Bsymbolic.

#include <elf.h>
#include <link.h>
#include "../check.h"

typedef int (*function)(void);
const char *log_text(void);
extern int data, *data_at, *pointers[];
extern const int pointer_count;
extern char zeros[8 << 20];
extern function ifunc_pointer;
int versioned(void), versioned_before(void), who(void), guarded(void), weaker(void), ifunc_global(void), plain(void);
int base_who(void), base_guarded(void), base_hidden(void), base_ifunc_local(void), base_tls_own(void);
int base_args(void);
function base_ifunc_at(void), base_plain_at(void);
int *base_data(void), *middle_data(void), *base_tls_int(void), *middle_tls_int(void);
int middle_who(void), middle_hidden(void), middle_ifunc(void), middle_absent(void), middle_sum(int);
int top_who(void);
long top_tls_sum(void), *top_tls_at(void);
extern __thread int tls_int, *tls_pointer;
extern __thread function tls_function;
extern __thread char tls_aligned[100];
extern __thread long top_tls;
__attribute__((weak)) extern int nowhere;
__attribute__((weak)) void nothing(void);
__thread int main_tls = 31;
static __thread int main_own[3] = {0, 32};

__asm__(".symver versioned_before,versioned@BASE_1");

#ifndef WRAPPED // linkers refuse it in a shared object
static void before(int argc, char **argv, char **envp)
{
	CHECK_STACK();
	note('p');
	check(argc == 3 && is_equal(argv[2], "last") && envp == argv + argc + 1);
}
__attribute__((section(".preinit_array"), used)) static void *first = before;
#define PREINIT "p"
#else
#define PREINIT
#endif
__attribute__((constructor)) static void begin(int argc) { check(argc == 3); note('b'); }
__attribute__((destructor)) static void end(void) { note('B'); }

static void check_symbols(void)
{
	check(versioned() == 2);
	check(versioned_before() == 1);
	check(who() == 1 && weaker() == 1);
#ifdef SYMBOLIC
	check(base_who() == 3 && middle_who() == 30 && top_who() == 31);
#else
	check(base_who() == 1 && middle_who() == 10 && top_who() == 11);
#endif
	check(guarded() == 1 && base_guarded() == 3);
	check(base_hidden() == 3 && middle_hidden() == 2);
	check(&nowhere == 0 && nothing == 0);
	check(middle_absent() == 0);
}

static void check_data(void)
{
	check(data == 7);
#ifndef SYMBOLIC // with COPY, such a library has a variable of its own
	check(base_data() == &data && middle_data() == &data && data_at == &data);
#endif
	for (int i = 0; i < pointer_count - 1; i++) {
		int k = i % 8;
		check(pointers[i] == (k == 7 ? (int *)1 : k == 1 || k == 4 || k == 5 ? 0 : data_at));
	}
	check(pointers[pointer_count - 1] == data_at);
	for (unsigned long i = 0; i < sizeof(zeros); i += 4096 - 1)
		check(zeros[i] == 0);
	zeros[sizeof(zeros) - 1] = 1;
}

static void check_functions(void)
{
	check(ifunc_global() == 100 && middle_ifunc() == 100 && base_ifunc_local() == 100);
	check(base_ifunc_at()() == 100);
	check(plain() == 5 && base_plain_at()() == 5);
#ifndef SYMBOLIC
	// A pointer to a function is the same everywhere, even where the program has a way of its own to it.
	check(base_plain_at() == plain);
	check(base_ifunc_at() == ifunc_global && ifunc_pointer == ifunc_global && ifunc_pointer() == 100);
#endif
}

static void check_tls(void)
{
	check(tls_int == 11 && &tls_int == base_tls_int() && &tls_int == middle_tls_int());
	check(*tls_pointer == 7 && tls_function() == 100);
	check(((unsigned long)tls_aligned & 255) == 0 && tls_aligned[0] == 0 && tls_aligned[99] == 0);
	check(base_tls_own() == 12 && base_tls_own() == 13);
	check(top_tls == 21 && &top_tls == top_tls_at());
	check(top_tls_sum() == 21 + 22 + 11);
	tls_int = 12;
	top_tls = 20;
	check(top_tls_sum() == 20 + 23 + 12);
	check(main_tls == 31 && main_own[0] == 0 && main_own[1] == 32);
	long self, canary;
	__asm__("mov %%fs:0, %0" : "=r"(self));
	__asm__("mov %%fs:0x28, %0" : "=r"(canary));
	check(*(long *)self == self);
	check(canary != 0 && (canary & 255) == 0);
	check(middle_sum(10) == 45);
}

// check_debug looks at the list that debuggers read: the program, its libraries, each with its name.
static void check_debug(void)
{
#ifndef WRAPPED
	extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
	struct r_debug *d = 0;
	for (ElfW(Dyn) *e = _DYNAMIC; e->d_tag != DT_NULL; e++)
		if (e->d_tag == DT_DEBUG)
			d = (struct r_debug *)e->d_un.d_ptr;
	check(d != 0);
	check(d->r_version == 1 && d->r_state == RT_CONSISTENT && d->r_brk != 0);
	int found = 0;
	struct link_map *prev = 0;
	for (struct link_map *m = d->r_map; m; prev = m, m = m->l_next) {
		check(m->l_prev == prev);
		const char *s = m->l_name;
		long n = length(s);
		if (n > 10 && is_equal(s + n - 10, "/libtop.so"))
			found |= 1;
		if (n > 13 && is_equal(s + n - 13, "/libmiddle.so"))
			found |= 2;
		if (n > 11 && is_equal(s + n - 11, "/libbase.so"))
			found |= 4;
	}
	check(found == 7);
#endif
}

__attribute__((visibility("hidden"))) void run(long *block, void (*finish)(void))
{
	CHECK_STACK();
	check(block[0] == 3 && base_args() == 3);
	check(is_equal(log_text(), PREINIT "123mtb"));
	check_symbols();
	check_data();
	check_functions();
	check_tls();
	check_debug();
	check(finish != 0);
	finish();
	check(is_equal(log_text(), PREINIT "123mtbBTM89"));
	finish(); // each destructor runs once
	check(is_equal(log_text(), PREINIT "123mtbBTM89"));
	sys(NR_exit_group, 42, 0, 0);
}

START(run)
