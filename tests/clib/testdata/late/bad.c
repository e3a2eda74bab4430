// Needs libother.so, and something that nobody has.

int nowhere(void);
extern int other_value;
int bad(void) { return nowhere() + other_value; }
