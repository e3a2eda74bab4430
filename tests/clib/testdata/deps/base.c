// Level 3, which needs nothing.

#include "../check.h"

// --- the log
static char log[64];
static unsigned log_end;

void note(char c)
{
	log[log_end++] = c;
}
const char *log_text(void) { return log; } // not the array: with COPY and -Bsymbolic there are two

// --- constructors and destructors: DT_INIT first, then the array by priority; the other way round at the end
static int argc_seen;
int base_args(void) { return argc_seen; }

void _init(int argc, char **argv, char **envp)
{
	CHECK_STACK();
	check(argv[argc] == 0 && envp == argv + argc + 1);
	argc_seen = argc;
	note('1');
}
void _fini(void) { note('9'); }
__attribute__((constructor(200))) static void begin2(void) { note('3'); }
__attribute__((constructor(150))) static void begin1(void) { CHECK_STACK(); note('2'); }
__attribute__((destructor)) static void end(void) { CHECK_STACK(); note('8'); }

// --- versions: base.map
int versioned_old(void) { return 1; }
int versioned_new(void) { return 2; }
__asm__(".symver versioned_old,versioned@BASE_1");
__asm__(".symver versioned_new,versioned@@BASE_2");

// --- data that programs copy
int data = 7;
int *data_at = &data;
int *base_data(void) { return &data; }

// --- which definition counts; top.c has all of these too
#define APART __attribute__((noinline)) __attribute__((visibility("default")))
APART int who(void) { __asm__ volatile(""); return 3; }
int base_who(void) { return who(); }
__attribute__((visibility("protected"), noinline)) int guarded(void) { __asm__ volatile(""); return 3; }
int base_guarded(void) { return guarded(); }
__attribute__((visibility("hidden"), noinline)) int hidden(void) { __asm__ volatile(""); return 3; }
int base_hidden(void) { return hidden(); }
int weaker(void) { return 3; } // weak in top.c, which comes first

// --- functions that are chosen: a resolver may use relocated data of its own library
static int one(void) { return 100; }
static int *chosen = &data;
__attribute__((used)) static void *choose(void) { return *chosen == 7 ? (void *)one : 0; }
int ifunc_global(void) __attribute__((ifunc("choose")));
static int ifunc_local(void) __attribute__((ifunc("choose")));
int base_ifunc_local(void) { return ifunc_local(); }
typedef int (*function)(void);
function base_ifunc_at(void) { return ifunc_global; }
function ifunc_pointer = ifunc_global;
int plain(void) { return 5; }
function base_plain_at(void) { return plain; }

// --- thread-local storage: variables with bytes, zeros, an alignment, a relocated value
__thread int tls_int = 11;
__thread int *tls_pointer = &data;
__thread function tls_function = ifunc_global;
__thread __attribute__((aligned(256))) char tls_aligned[100];
static __thread int tls_own = 12;
static __thread int tls_own2[50];
int base_tls_own(void) { tls_own2[49]++; return tls_own++ + tls_own2[0]; }
int *base_tls_int(void) { return &tls_int; }

// --- relative relocations: many, with gaps
#define P8 &data, 0, &data, &data, 0, 0, &data, (int *)1
#define P64 P8, P8, P8, P8, P8, P8, P8, P8
int *pointers[] = {P64, P64, P64, P64, &data};
const int pointer_count = sizeof(pointers) / sizeof(pointers[0]);

// --- zeros behind the bytes of the file
char zeros[8 << 20];

// --- what stack protectors call
void __stack_chk_fail(void) { fail("stack protector\n"); }
