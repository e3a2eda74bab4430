// Command free is a freestanding program; a build tag chooses what its do does, most
// often something that freestanding code must not.
package main

import _ "slul/rtld"

func entry0()

func start(sp uintptr) int { return do(int(*argc(sp))) }

func main() {}
