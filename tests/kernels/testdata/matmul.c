#include <stdio.h>
#include <stdlib.h>
static void __attribute__((noinline)) multiply(int *c, const int *a, const int *b, int n) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            int sum = 0;
            for (int k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
}
int main(void) {
    int n = 300;
    int *a = malloc(n * n * sizeof(int)), *b = malloc(n * n * sizeof(int)), *c = malloc(n * n * sizeof(int));
    for (int i = 0; i < n * n; i++) {
        a[i] = i % 1000;
        b[i] = i * 7 % 1000;
    }
    for (int r = 0; r < 4; r++) multiply(c, a, b, n);
    printf("%d %d\n", c[12345], c[n * n - 1]);
}
