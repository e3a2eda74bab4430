// What the loader offers to running programs (docs/loader.md, "What programs can ask for").

void *slulrtld_load(const char *name);
void *slulrtld_symbol(void *handle, const char *name);
const char *slulrtld_error(void);
int slulrtld_is_secure(void);
const char *slulrtld_program(void);
