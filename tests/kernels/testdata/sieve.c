#include <stdio.h>
#include <stdlib.h>
static int primes(int most) {
    char *gone = calloc(most, 1);
    int count = 0;
    for (int i = 2; i < most; i++) {
        if (gone[i]) continue;
        count++;
        for (int j = i + i; j < most; j += i) gone[j] = 1;
    }
    free(gone);
    return count;
}
int main(void) {
    int count = 0;
    for (int round = 0; round < 20; round++) count = primes(2000000);
    printf("%d\n", count);
}
