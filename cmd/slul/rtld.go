package main

import (
	"strings"

	"github.com/spf13/cobra"

	"slul/elfimage"
	"slul/rtld/image"
)

// newRtld is "slul rtld": the embedded loader as a file.
func newRtld() *cobra.Command {
	var out, target string
	c := &cobra.Command{
		Use:   "rtld -o FILE",
		Short: "Write the loader that programs need to a file",
		Long: `Write the loader, which is embedded in this command, to FILE: the whole of what a
machine needs to run SLUL programs. Programs look for it at the path that was
written into them, /lib/slulrtld-x86_64.so.1 unless slul build was told another.`,
		Example: `  sudo slul rtld -o /lib/slulrtld-x86_64.so.1`,
		Args:    takes(false),
		RunE: func(c *cobra.Command, _ []string) error {
			loader, err := loaderFor(target)
			if err != nil {
				return err
			}
			return asRoot(elfimage.WriteFile(out, loader, 0o755), c)
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "write to `FILE`")
	c.MarkFlagRequired("output")
	targetFlag(c, &target)
	return c
}

// loaderFor is the embedded loader of a target. Loaders have the kernel's names for
// CPUs, which is what stands before the "-" in the target's.
func loaderFor(target string) ([]byte, error) {
	arch, _, _ := strings.Cut(target, "-")
	return image.For(arch)
}
