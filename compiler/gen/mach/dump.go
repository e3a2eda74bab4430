package mach

// Dump receives the text of a stage: "isel", "alloc" or "emit". A nil Dump wants none.
type Dump func(stage, text string)
