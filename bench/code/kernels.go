package code

import (
	"bytes"
	"fmt"
	"math"
	"os/exec"
	"slices"
	"strings"

	"slul/bench/measure"
	"slul/bench/result"
	"slul/tests/kernels"
)

// kernel is one form of one kernel.
type kernel struct{ row, program int }

// addKernels builds each kernel in every form that is here, and sees that all forms of
// one say the same.
func (j *job) addKernels() error {
	var forms []*kernels.Form
	for _, f := range kernels.Forms {
		if f.IsHere() {
			forms = append(forms, f)
		} else {
			j.r.Skipped = append(j.r.Skipped, f.Name+": its compiler is not installed")
		}
	}
	for _, name := range kernels.Standard {
		if !j.has(name) {
			continue
		}
		j.r.Groups = append(j.r.Groups, result.Group{Name: name, What: "the kernel in each language"})
		said := map[string][]byte{}
		for _, f := range forms {
			path, err := f.Build(j.dir, name)
			if err != nil {
				return err
			}
			if said[f.Name], err = exec.Command(path).Output(); err != nil {
				return fmt.Errorf("%s as %s: %w", name, f.Name, err)
			}
			if first := forms[0].Name; !bytes.Equal(said[f.Name], said[first]) {
				return fmt.Errorf("%s: %s says %q, %s %q", name, f.Name, said[f.Name], first, said[first])
			}
			j.kernels = append(j.kernels, kernel{len(j.r.Rows), len(j.programs)})
			j.r.Rows = append(j.r.Rows, result.Row{Group: name, Name: f.Name, Ours: f.Name == slul})
			j.programs = append(j.programs, measure.Program{Name: name + " as " + f.Name, Path: path})
		}
	}
	return nil
}

func (j *job) finishKernels(samples []measure.Samples) {
	for _, k := range j.kernels {
		j.r.Rows[k.row].Times = samples[k.program].CPU
	}
}

// addMeans notes each form's geometric mean of ratios to the base.
func (j *job) addMeans() {
	var names []string
	logs := map[string][]float64{}
	for _, k := range j.kernels {
		row := &j.r.Rows[k.row]
		if ratio, ok := row.Ratios[kernels.Base]; ok {
			if !slices.Contains(names, row.Name) {
				names = append(names, row.Name)
			}
			logs[row.Name] = append(logs[row.Name], math.Log(ratio.Median))
		}
	}
	var text []string
	for _, name := range names {
		sum := 0.0
		for _, l := range logs[name] {
			sum += l
		}
		text = append(text, fmt.Sprintf("%s %.2f", name, math.Exp(sum/float64(len(logs[name])))))
	}
	if len(text) > 0 {
		j.r.Notes = append(j.r.Notes, fmt.Sprintf("geometric means of the ratios to %s: %s", kernels.Base, strings.Join(text, ", ")))
	}
}
