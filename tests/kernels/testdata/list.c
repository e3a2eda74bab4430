#include <stdio.h>
#include <stdlib.h>
struct list { size_t used, room; long *data; };
static void push(struct list *l, int x) {
    if (l->used == l->room) {
        l->room = l->room * 2 + 8;
        l->data = realloc(l->data, l->room * 8);
    }
    l->data[l->used++] = x;
}
static long __attribute__((noipa)) total(struct list *l) {
    long sum = 0;
    for (size_t i = 0; i < l->used; i++) sum += (int)l->data[i];
    return sum;
}
int main(void) {
    struct list l = {0};
    for (int i = 0; i < 1000000; i++) push(&l, i * 7 % 1000003);
    long sum = 0;
    for (int r = 0; r < 200; r++) sum += total(&l);
    printf("%ld\n", sum);
}
