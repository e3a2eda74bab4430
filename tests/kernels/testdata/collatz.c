#include <stdio.h>
static int steps(long n) {
    int count = 0;
    while (n != 1) {
        n = n % 2 == 0 ? n / 2 : n * 3 + 1;
        count++;
    }
    return count;
}
int main(void) {
    int most = 0;
    for (int i = 1; i < 1000000; i++) {
        int s = steps(i);
        if (s > most) most = s;
    }
    printf("%d\n", most);
}
