/* A freestanding shared object that looks at everything a loader must have done
   for it and says so: relocated pointers, initialised data over page bounds,
   zeroed memory behind it, an absent weak function, a function reached through the
   PLT. Prints "ok ARGC LAST_ARGUMENT" and exits with 0; else "bad WHAT" and 1. */

typedef unsigned long word;

/* 9000 bytes that no page holds alone, 3 in each, and what follows them. */
__asm__(".data\n.balign 4096\n.skip 4000, 1\n"
        "straddle: .rept 3000\n.byte 3, 5, 7\n.endr\n.previous\n");
extern unsigned char straddle[9000] __attribute__((visibility("hidden")));

static int one = 1, two = 2, three = 3;
#define TEN(x) x, x, x, x, x, x, x, x, x, x
#define HUNDRED(x) TEN(x), TEN(x), TEN(x), TEN(x), TEN(x), TEN(x), TEN(x), TEN(x), TEN(x), TEN(x)
int *pointers[] = { &one, TEN(&two), HUNDRED(&three), TEN(HUNDRED(&two)) };
static int *const constants[] = { &three, &two, &one };

static char zeros[ZEROS]; /* ZEROS comes with the variant */

extern int nowhere(void) __attribute__((weak));
int twice(int n) { return 2 * n; } /* preemptible: by PLT or GOT */

static long syscall3(long n, long a, long b, long c) {
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "a"(n), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return r;
}

static void say(const char *s) {
    long n = 0;
    while (s[n]) n++;
    syscall3(1, 1, (long)s, n);
}

static const char *check(void) {
    volatile char *z = zeros;
    int sum = 0;
    for (int i = 0; i < 9000; i++) sum += straddle[i];
    if (sum != 3000 * 15) return "data";
    if (*pointers[0] != 1 || *pointers[10] != 2 || *pointers[110] != 3 || *pointers[1110] != 2) return "pointers";
    if (*constants[0] != 3 || *constants[2] != 1) return "constants";
    for (long i = 0; i < ZEROS; i += 509)
        if (z[i]) return "zeros";
    z[ZEROS - 1] = 1;
    if (nowhere) return "weak";
    if (twice(21) != 42) return "call";
    return 0;
}

__attribute__((used, visibility("hidden"))) void begin(word *stack) {
    static char count[2];
    const char *bad = check();
    char **argv = (char **)(stack + 1);
    if (bad) {
        say("bad ");
        say(bad);
        say("\n");
        syscall3(231, 1, 0, 0);
    }
    count[0] = '0' + (char)stack[0];
    say("ok ");
    say(count);
    say(" ");
    say(argv[stack[0] - 1]);
    say("\n");
    syscall3(231, 0, 0, 0);
}

#ifndef NAME
#define NAME "_start"
#endif
__asm__(".text\n.globl " NAME "\n.type " NAME ", @function\n" NAME ":\n"
        "  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n  hlt\n"
        ".size " NAME ", . - " NAME "\n");
