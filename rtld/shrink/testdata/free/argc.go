package main

import "unsafe"

// argc is the address of the word at sp.
func argc(sp uintptr) *uintptr { return *(**uintptr)(unsafe.Pointer(&sp)) }
