#include <stdio.h>
#include <stdlib.h>
#include <stdbool.h>
static int place(int row, int n, bool *column, bool *up, bool *down) {
    if (row == n) return 1;
    int ways = 0;
    for (int c = 0; c < n; c++) {
        int u = row + c, d = row + n - 1 - c;
        if (!column[c] && !up[u] && !down[d]) {
            column[c] = up[u] = down[d] = true;
            ways += place(row + 1, n, column, up, down);
            column[c] = up[u] = down[d] = false;
        }
    }
    return ways;
}
int main(void) {
    int n = 11;
    bool *column = calloc(n, 1), *up = calloc(2 * n - 1, 1), *down = calloc(2 * n - 1, 1);
    int sum = 0;
    for (int round = 0; round < 20; round++) sum += place(0, n, column, up, down);
    printf("%d\n", sum);
}
