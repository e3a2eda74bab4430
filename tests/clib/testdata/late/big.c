// Has more thread-local storage than is kept free for such libraries.

__thread char big[4096];
char *big_at(void) { return big; }
