// Command slulrtld is the loader. Linked by the ordinary Go linker with rtld's own
// entry point (-E slul/rtld.entry0), main is never reached and the runtime never
// runs; rtld/shrink then drops everything that the entry point does not need.
package main

import _ "slul/rtld"

func main() {}
