// The program. WEAK: it names the loader's functions as weak symbols, and no library that has them.

#include "../check.h"
#include "slulrtld.h"

#ifdef WEAK
#pragma weak slulrtld_load
#pragma weak slulrtld_symbol
#pragma weak slulrtld_error
#pragma weak slulrtld_is_secure
#pragma weak slulrtld_program
#endif

typedef int (*function)(void);
typedef int *(*getter)(void);
typedef void *(*loads)(const char *);

int main_value = 1000;
static char log[64];
static int log_end;
void note(char c) { log[log_end++] = c; }

static int contains(const char *s, const char *part)
{
	for (; *s; s++) {
		int i = 0;
		while (part[i] && s[i] == part[i])
			i++;
		if (!part[i])
			return 1;
	}
	return 0;
}

// kept calls fn(arg) with known values in the registers that a function must keep, and the
// stack off bytes below a multiple of 16; it tells whether they are the same afterwards.
int kept(loads fn, const char *arg, long off, void **result);
__asm__(
	"kept:\n"
	"	push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n push %rcx\n"
	"	mov %rdi, %rax\n"
	"	mov %rsi, %rdi\n"
	"	mov %rsp, %r15\n"
	"	sub %rdx, %rsp\n"
	"	mov %rsp, %rbx\n"
	"	mov $0x1112, %ebp\n"
	"	mov $0x1113, %r12d\n"
	"	mov $0x1114, %r13d\n"
	"	mov $0x1115, %r14d\n"
	"	call *%rax\n"
	"	mov %rax, %rdx\n"
	"	xor %eax, %eax\n"
	"	cmp %rbx, %rsp\n	jne 1f\n"
	"	cmp $0x1112, %rbp\n	jne 1f\n"
	"	cmp $0x1113, %r12\n	jne 1f\n"
	"	cmp $0x1114, %r13\n	jne 1f\n"
	"	cmp $0x1115, %r14\n	jne 1f\n"
	"	pushf\n	pop %rcx\n	and $0x400, %ecx\n	jne 1f\n" // the direction flag
	"	mov $1, %eax\n"
	"1:	mov %r15, %rsp\n"
	"	pop %rcx\n	mov %rdx, (%rcx)\n"
	"	pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
	"	ret\n");

// maps_contain looks for a file among what is mapped.
static char maps[65536];
static int maps_contain(const char *name)
{
	long fd = sys(2, (long)"/proc/self/maps", 0, 0), end = 0, n;
	check(fd >= 0);
	while ((n = sys(0, fd, (long)(maps + end), sizeof(maps) - 1 - end)) > 0)
		end += n;
	sys(3, fd, 0, 0);
	maps[end] = 0;
	check(contains(maps, "slulrtld"));
	return contains(maps, name);
}

static void check_failures(void)
{
	long fd = sys(2, (long)"/dev/null", 0, 0);
	sys(3, fd, 0, 0);
	void *h = (void *)1;
	for (long off = 0; off < 16; off += 8)
		check(kept(slulrtld_load, "libnone.so", off, &h) && h == 0);
	check(contains(slulrtld_error(), "cannot find library libnone.so"));
	check(kept(slulrtld_load, "libbad.so", 0, &h) && h == 0);
	check(contains(slulrtld_error(), "libbad.so: undefined symbols: nowhere"));
	check(!maps_contain("libbad.so") && !maps_contain("libother.so"));
	check(slulrtld_symbol(0, "other_value") == 0);
	check(kept(slulrtld_load, "libbig.so", 0, &h) && h == 0);
	check(contains(slulrtld_error(), "no room for TLS"));
	check(!maps_contain("libbig.so"));
	check(sys(2, (long)"/dev/null", 0, 0) == fd); // none was left open
	sys(3, fd, 0, 0);
	check(log_end == 0);
}

static void check_load(void)
{
	void *h = 0, *again = 0;
	check(kept(slulrtld_load, "liblate.so", 8, &h) && h != 0);
	check(slulrtld_error() == 0);
	check(is_equal(log, "dl"));
	check(maps_contain("liblate.so") && maps_contain("libdep.so") && !maps_contain("libother.so"));
	check(*(int *)slulrtld_symbol(h, "inner_was_refused") == 1);
	function sum = (function)slulrtld_symbol(h, "late_sum");
	check(sum && sum() == 1000 + 50 + 6 + 5 + 7);
	main_value = 2000;
	check(sum() == 2000 + 50 + 6 + 5 + 8);
	getter at = (getter)slulrtld_symbol(h, "late_tls_at");
	check(*at() == 6 && at() == slulrtld_symbol(h, "late_tls"));
	at = (getter)slulrtld_symbol(h, "dep_tls_at");
	check(*at() == 5 && at() == slulrtld_symbol(0, "dep_tls"));
	check(slulrtld_symbol(h, "dep_tls") == 0); // of another module
	function chosen = (function)slulrtld_symbol(h, "late_ifunc");
	check(chosen && chosen() == 60);
	check(slulrtld_symbol(h, "nothing") == 0 && slulrtld_symbol(0, "nothing") == 0);
	check(slulrtld_symbol(0, "main_value") == &main_value);
	check(slulrtld_symbol(0, "slulrtld_load") != 0 && slulrtld_symbol(0, "__tls_get_addr") != 0);

	check(kept(slulrtld_load, "liblate.so", 0, &again) && again == h);
	check(is_equal(log, "dl"));
	// What failed once may work later: libother.so was taken back with libbad.so.
	h = slulrtld_load("libother.so");
	check(h && *(int *)slulrtld_symbol(h, "other_value") == 3);
}

__attribute__((used, visibility("hidden"))) void run(long *block, void (*finish)(void))
{
#ifdef WEAK
	check(slulrtld_load && slulrtld_symbol && slulrtld_error && slulrtld_is_secure && slulrtld_program);
#endif
	check(slulrtld_error() == 0);
	check(slulrtld_is_secure() == 0);
	check(is_equal(slulrtld_program(), (char *)block[1]));
	check_failures();
	check_load();
	finish(); // not 0, since the program has a destructor
	check(is_equal(log, "dlLDE"));
	sys(NR_exit_group, 42, 0, 0);
}

__attribute__((destructor)) static void end(void) { note('E'); }

START(run)
