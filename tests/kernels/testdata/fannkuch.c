#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
static int __attribute__((noinline)) flips(int *p, const int *from, int n) {
    for (int i = 0; i < n; i++) p[i] = from[i];
    int count = 0, first = p[0];
    while (first != 0) {
        int low = 0, high = first;
        while (low < high) {
            int x = p[low];
            p[low] = p[high];
            p[high] = x;
            low++;
            high--;
        }
        count++;
        first = p[0];
    }
    return count;
}
int main(void) {
    int n = 10;
    int *perm = calloc(n, sizeof(int)), *work = calloc(n, sizeof(int)), *turn = calloc(n, sizeof(int));
    for (int i = 0; i < n; i++) perm[i] = i;
    int most = 0, check = 0, number = 0, r = n;
    while (r > 0) {
        for (; r != 1; r--) turn[r - 1] = r;
        int count = flips(work, perm, n);
        if (count > most) most = count;
        if (number % 2 == 0) check += count;
        else check -= count;
        number++;
        bool more = true;
        while (more) {
            if (r == n) {
                more = false;
                r = 0;
                continue;
            }
            int first = perm[0];
            for (int i = 0; i < r; i++) perm[i] = perm[i + 1];
            perm[r] = first;
            turn[r]--;
            if (turn[r] > 0) more = false;
            else r++;
        }
    }
    printf("%d %d\n", check, most);
}
