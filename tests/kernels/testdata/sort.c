#include <stdio.h>
#include <stdlib.h>
static void sort(int *a, int from, int to) {
    int low = from, high = to;
    while (high - low > 16) {
        int middle = a[low + (high - low) / 2], i = low, j = high - 1;
        while (i <= j) {
            while (a[i] < middle) i++;
            while (a[j] > middle) j--;
            if (i <= j) {
                int x = a[i];
                a[i] = a[j];
                a[j] = x;
                i++;
                if (j == 0) break;
                j--;
            }
        }
        if (j + 1 - low < high - i) {
            sort(a, low, j + 1);
            low = i;
        } else {
            sort(a, i, high);
            high = j + 1;
        }
    }
    for (int k = low + 1; k < high; k++) {
        int x = a[k], at = k;
        while (at > low && a[at - 1] > x) {
            a[at] = a[at - 1];
            at--;
        }
        a[at] = x;
    }
}
int main(void) {
    int n = 1000000, *a = malloc(n * sizeof(int));
    unsigned x = 1, sum = 0;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < n; i++) {
            x = x * 1103515245 + 12345;
            a[i] = x >> 1;
        }
        sort(a, 0, n);
        for (int i = 1; i < n; i++)
            if (a[i - 1] > a[i]) abort();
        sum = sum * 31 + a[0] + a[n / 2];
    }
    printf("%u %d\n", sum, a[n - 1]);
}
