#include <stdio.h>
#include <stdlib.h>
static void __attribute__((noinline)) count(const unsigned char *text, size_t n, int *seen) {
    for (size_t i = 0; i < n; i++) seen[text[i]]++;
}
int main(void) {
    unsigned char *text = malloc(4000000);
    unsigned x = 1;
    for (int i = 0; i < 4000000; i++) {
        x = x * 1103515245 + 12345;
        text[i] = x >> 16;
    }
    int seen[256] = {0};
    for (int r = 0; r < 20; r++) count(text, 4000000, seen);
    printf("%d %d\n", seen[0], seen[97]);
}
