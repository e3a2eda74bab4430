#include <stdio.h>
#include <stdlib.h>
static void __attribute__((noinline)) sift(unsigned *a, int root, int count) {
    unsigned word = a[root];
    int at = root;
    while (at * 2 + 1 < count) {
        int child = at * 2 + 1;
        if (child + 1 < count && a[child] < a[child + 1]) child++;
        if (!(word < a[child])) break;
        a[at] = a[child];
        at = child;
    }
    a[at] = word;
}
int main(void) {
    int n = 2000000;
    unsigned *a = malloc(n * 4), x = 1;
    for (int i = 0; i < n; i++) a[i] = x = x * 1103515245 + 12345;
    for (int start = n / 2; start > 0;) sift(a, --start, n);
    for (int last = n; last > 1;) {
        unsigned word = a[--last];
        a[last] = a[0];
        a[0] = word;
        sift(a, 0, last);
    }
    printf("%u %u\n", a[0], a[n / 2]);
}
