package rtld

// SLUL's own rules for modules (docs/language.md, "Modules"; docs/file-format.md, "Notes"):
// a program or library says in a note which interface, by hash, it needs of which module;
// a module says which ones it offers. The names alone would not do: an interface may change.
func (l *loader) checkInterfaces(m *module) {}
