// Level 1.

#include "../check.h"

int middle_who(void);
int base_tls_own(void);
extern __thread int tls_int;

__attribute__((constructor)) static void begin(void) { note('t'); }
__attribute__((destructor)) static void end(void) { note('T'); }

int who(void) { return 1; }
int guarded(void) { return 1; }
int hidden(void) { return 1; }
__attribute__((weak)) int weaker(void) { return 1; }

__thread long top_tls = 21;
static __thread long top_own = 22;
int top_who(void) { return middle_who() + who(); }
long top_tls_sum(void) { return top_tls + top_own++ + tls_int; }
long *top_tls_at(void) { return &top_tls; }
