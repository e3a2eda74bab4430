/* The same as Memory.slul, by the C library. The functions are called through pointers
   that the compiler cannot see through, as it would else leave calls out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile fill)(void *, int, size_t) = memset;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;

int main(int argc, char **argv)
{
    if (argc != 7)
        return 2;
    const char *what = argv[2];
    size_t size = atol(argv[4]);
    long count = atol(argv[6]), sum = 0;
    char *a = calloc(size + 1, 1), *b = calloc(size + 1, 1);
    if (strcmp(what, "copy") == 0) {
        for (long i = 0; i < count; i++) {
            copy(b, a, size);
            sum += size;
        }
    } else if (strcmp(what, "fill") == 0) {
        for (long i = 0; i < count; i++) {
            fill(b, 0, size);
            sum += size;
        }
    } else {
        for (long i = 0; i < count; i++)
            if (compare(a, b, size) == 0)
                sum += size;
    }
    printf("%ld\n", sum);
    return 0;
}
