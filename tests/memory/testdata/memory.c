// Checks the routines on blocks of memory, or measures them against the C library's.
//
//	memory check          every size to 600 at alignments 0 to 64, some larger ones, overlaps,
//	                      blocks that end and begin at unmapped pages
//	memory cpu            what the routines find out of the CPU, in hexadecimal
//	memory bench BYTES…   for each size and routine: ns of ours, ns of the C library's, a line each
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

// An arena with its word of what the CPU has (core/arena.slunsafe); the first word is odd
// in the run block.
uint64_t run[8] = {1}, inner[8];
void *arena;

size_t call_routine(void *routine, const void *a, const void *b, size_t c);
__asm__("call_routine:\n"
        " push %r15\n mov arena(%rip), %r15\n mov %rdi, %rax\n mov %rsi, %rdi\n mov %rdx, %rsi\n mov %rcx, %rdx\n"
        " call *%rax\n pop %r15\n ret\n");

// Calls as a loop of a C program does, through a pointer, with what the loop needs in
// registers that survive calls; those of the C library let the arena's register alone too.
void call_often(void *routine, const void *a, const void *b, size_t c, long turns);
__asm__("call_often:\n"
        " push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n sub $8, %rsp\n"
        " mov %rdi, %rbx\n mov %rsi, %rbp\n mov %rdx, %r12\n mov %rcx, %r13\n mov %r8, %r14\n mov arena(%rip), %r15\n"
        " .p2align 6\n"
        "0: mov %rbp, %rdi\n mov %r12, %rsi\n mov %r13, %rdx\n call *%rbx\n dec %r14\n jnz 0b\n"
        " add $8, %rsp\n pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n ret\n");
extern char mem_move[], mem_set[], mem_same[], mem_seek[];

static void move(void *to, const void *from, size_t n) { call_routine(mem_move, to, from, n); }
static void set(void *to, int c, size_t n) { call_routine(mem_set, to, (void *)(size_t)(c | 0xabcd00), n); }
static size_t same(const void *a, const void *b, size_t n) { return call_routine(mem_same, a, b, n); }
static size_t seek(const void *from, size_t n, int c) { return call_routine(mem_seek, from, (void *)n, c | 0xabcd00); }

enum { PAGE = 4096, ROOM = 64 * PAGE };
static uint8_t *guarded(void) { // ROOM bytes between pages that cannot be touched
    uint8_t *p = mmap(0, ROOM + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED || mprotect(p + PAGE, ROOM, PROT_READ | PROT_WRITE)) abort();
    return p + PAGE;
}
static uint8_t *x, *y, *model;
static size_t room = ROOM; // of these, what is looked at
static uint32_t state = 1;
static uint32_t number(void) { return state = state * 1664525 + 1013904223, state >> 8; }
static void scramble(uint8_t *p) {
    for (int i = 0; i < ROOM; i++) p[i] = number();
}
static void fail(const char *what, size_t n, size_t a, size_t b) {
    printf("%s: %zu bytes, at %zu and %zu, CPU %#lx\n", what, n, a, b, run[7]);
    exit(1);
}

static void check_size(size_t n, size_t a, size_t b) {
    if (a + n > room || b + n > room) return;
    memcpy(model, x, room); // apart
    memcpy(model + a, y + b, n);
    move(x + a, y + b, n);
    if (memcmp(model, x, room)) fail("move", n, a, b);
    memmove(model + a, model + b, n); // in one block
    move(x + a, x + b, n);
    if (memcmp(model, x, room)) fail("move with overlap", n, a, b);
    int c = number() % 4 ? number() & 255 : 0;
    memset(model + a, c, n);
    set(x + a, c, n);
    if (memcmp(model, x, room)) fail("set", n, a, b);

    memcpy(x + a, y + b, n);
    if (same(x + a, y + b, n) != n) fail("same", n, a, b);
    size_t at = n ? number() % n : 0, behind = n ? at + number() % (n - at) : 0;
    if (n) {
        x[a + behind] ^= 1 << number() % 8;
        if (same(x + a, y + b, n) != behind) fail("same, one difference", n, a, b);
        x[a + at] ^= 128;
        size_t first = 0;
        while (first < n && x[a + first] == y[b + first]) first++;
        if (same(x + a, y + b, n) != first) fail("same, two differences", n, a, b);
    }
    for (size_t i = 0; i < n; i++) x[a + i] = (uint8_t)(x[a + i] == c ? c + 1 : x[a + i]);
    if (a) x[a - 1] = c; // outside of the block
    if (a + n < room) x[a + n] = c;
    if (seek(x + a, n, c) != n) fail("seek nothing", n, a, b);
    if (n) {
        x[a + behind] = c;
        if (seek(x + a, n, c) != behind) fail("seek", n, a, b);
        x[a + at] = c;
        if (seek(x + a, n, c) != at) fail("seek the first", n, a, b);
    }
}

static void check_all(void) {
    room = 1024; // at each alignment, with others beside it
    for (size_t n = 0; n <= 600; n++)
        for (size_t a = 0; a <= 64; a += n < 300 ? 1 : 1 + n % 5) check_size(n, a, number() % 128);
    room = ROOM;
    for (size_t n = 0; n <= 600; n++)
        for (int k = 0; k < 24; k++) {
            size_t a = number() % 200, b = number() % 3 ? a + number() % 300 : number() % 200;
            if (k == 0) a = ROOM - n, b = 0;
            if (k == 1) a = 0, b = ROOM - n;
            if (k == 2) a = ROOM - n, b = ROOM - n;
            if (k == 3) b = a;
            if (k == 4) b = a + 1;
            if (k == 5) a = b + 1;
            check_size(n, a, b);
        }
    for (int k = 0; k < 1500; k++) {
        size_t n = 600 + number() % (number() % 8 ? 5000 : ROOM - 800);
        size_t a = number() % 200, b = number() % 2 ? a + number() % 200 : number() % 3000;
        if (k % 5 == 0) a = ROOM - n;
        if (k % 7 == 0) b = ROOM - n;
        check_size(n, a, b);
    }
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}
static void *(*volatile libc_move)(void *, const void *, size_t) = memmove;
static void *(*volatile libc_set)(void *, int, size_t) = memset;
static int (*volatile libc_same)(const void *, const void *, size_t) = memcmp;
static void *(*volatile libc_seek)(const void *, int, size_t) = memchr;

// Both sides are called by one and the same loop, so that only the routines differ.
static const char *names[] = {"move", "set", "same", "seek"};
static double once(int which, int ours, uint8_t *a, uint8_t *b, size_t n, long turns) {
    void *routines[4][2] = {{(void *)libc_move, mem_move}, {(void *)libc_set, mem_set}, {(void *)libc_same, mem_same}, {(void *)libc_seek, mem_seek}};
    void *r = routines[which][ours];
    const void *second = which == 1 ? (void *)7 : b;
    size_t third = n;
    if (which == 3) second = ours ? (void *)n : (void *)7, third = ours ? 7 : n;
    double start = now();
    call_often(r, a, second, third, turns);
    return (now() - start) / turns;
}
static int by_size(const void *a, const void *b) { return *(double *)a < *(double *)b ? -1 : *(double *)a > *(double *)b; }

// middle is the mean without the least and the most fifth: alignments that are slow count,
// interrupts do not.
static double middle(const double *sorted, int n) {
    double sum = 0;
    for (int k = n / 5; k < n - n / 5; k++) sum += sorted[k];
    return sum / (n - n / 5 * 2);
}

static void bench(size_t n) {
    enum { TIMES = 31 };
    uint8_t *a = aligned_alloc(4096, n + 8192), *b = aligned_alloc(4096, n + 8192);
    for (int which = 0; which < 4; which++) {
        double ratios[TIMES], mine[TIMES], theirs[TIMES];
        memset(a, 1, n + 8192);
        memset(b, 1, n + 8192);
        long turns = 2000000 / (n + 100) + 1;
        for (int k = 0; k < TIMES; k++) { // in turn, at another alignment each time
            size_t at = k * 40 % 64;
            uint8_t *p = a + at, *q = b + (k * 24 + 8) % 64;
            int first = k & 1;
            double t[2];
            t[first] = once(which, first, p, q, n, turns);
            t[!first] = once(which, !first, p, q, n, turns);
            mine[k] = t[1], theirs[k] = t[0], ratios[k] = t[1] / t[0];
        }
        qsort(mine, TIMES, sizeof *mine, by_size);
        qsort(theirs, TIMES, sizeof *mine, by_size);
        qsort(ratios, TIMES, sizeof *mine, by_size);
        printf("%s %zu %.2f %.2f %.4f\n", names[which], n, middle(mine, TIMES), middle(theirs, TIMES), ratios[TIMES / 2]);
    }
    free(a);
    free(b);
}

int main(int argc, char **argv) {
    arena = run;
    if (argc > 2 || argc == 2 && !strcmp(argv[1], "cpu")) {
        size_t enough = 1 << 20; // for the CPU to be asked
        x = malloc(enough), y = malloc(enough);
        move(x, y, enough);
        if (!run[7]) return puts("the CPU was not asked"), 1;
        if (argc == 2) return printf("%lx\n", run[7]), 0;
        for (int i = 2; i < argc; i++) bench(strtoul(argv[i], 0, 10));
        return 0;
    }
    x = guarded(), y = guarded(), model = guarded();
    scramble(x);
    scramble(y);
    inner[0] = (uint64_t)run;
    arena = inner;
    set(x, 1, 200), set(x, 1, 32), same(x, y, 100);
    if (inner[7] != 300ull << 32) return printf("the CPU's word is %#lx after blocks of 200, 32 and 100 bytes\n", inner[7]), 1;
    check_all(); // asks the CPU on the way
    if (run[7] != inner[7] || !(run[7] & 1)) return printf("the CPU's word is %#lx and %#lx\n", run[7], inner[7]), 1;
    uint64_t has = run[7];
    arena = run;
    for (uint64_t form = 1; form < 16; form += 2) // as if it had less: AVX2, fast rep, AVX-512
        if ((form & has) == form) {
            run[7] = form;
            check_all();
        }
    puts("ok");
}
