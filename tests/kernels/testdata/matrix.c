#include <stdio.h>
#include <stdlib.h>
typedef unsigned long word;
static void multiply(word *c, const word *a, const word *b, int n) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            word sum = 0;
            for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
}
int main(void) {
    int n = 300;
    word *a = calloc(n * n, 8), *b = calloc(n * n, 8), *c = calloc(n * n, 8);
    for (int i = 0; i < n * n; i++) a[i] = i, b[i] = i + 7;
    for (int r = 0; r < 5; r++) multiply(c, a, b, n);
    printf("%lu\n", c[12345]);
}
