// What all of the files share: system calls, check, and the log of what ran in which order.

#define NR_write 1
#define NR_exit_group 231

static inline long sys(long nr, long a, long b, long c)
{
	long r;
	__asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return r;
}

static inline long length(const char *s)
{
	long n = 0;
	while (s[n])
		n++;
	return n;
}

__attribute__((noreturn)) static inline void fail(const char *what)
{
	sys(NR_write, 2, (long)what, length(what));
	sys(NR_exit_group, 1, 0, 0);
	__builtin_unreachable();
}

#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
#define check(ok) ((ok) ? (void)0 : fail(__FILE__ ":" TEXT(__LINE__) ": " #ok "\n"))

static inline int is_equal(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return *a == *b;
}

// The stack must be aligned wherever compiled code is entered. movaps faults when it is not.
#define CHECK_STACK() do { \
	__attribute__((aligned(16))) volatile char room[16]; \
	check(((unsigned long)__builtin_frame_address(0) & 15) == 0); \
	__asm__ volatile("movaps %%xmm0, %0" : "=m"(room)); \
} while (0)

void note(char c); // base.c: appends to the log

// Where a program begins: run(stack, finish) gets the stack pointer and rdx as they are at entry.
#define START(run) __asm__( \
	".globl _start\n" \
	"_start:\n" \
	"	mov %rsp, %rdi\n" \
	"	mov %rdx, %rsi\n" \
	"	and $-16, %rsp\n" \
	"	xor %ebp, %ebp\n" \
	"	call " #run "\n");
