package picture

import (
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"slul/bench/result"
)

// ratios draws groups of bars, one for each kernel: the ratio of each form to the first
// base, which is a line at 1. Series, where there are any, are curves below.
func ratios(r *result.Result) (vg.Length, func(draw.Canvas) error, error) {
	below, err := series(r)
	if err != nil {
		return 0, nil, err
	}
	above, err := ratioBars(r)
	if err != nil {
		return 0, nil, err
	}
	const barsHeight = 220
	var height vg.Length
	if above != nil {
		height += barsHeight
	}
	if len(below) > 0 {
		height += rowsOf(below) * rowHeight
	}
	paint := func(c draw.Canvas) error {
		low := c
		if above != nil {
			low = draw.Crop(c, 0, 0, 0, -barsHeight)
			above.Draw(draw.Crop(c, 4, -8, height-barsHeight+6, -6))
		}
		if len(below) > 0 {
			tile(low, below, min(columns, len(below)))
		}
		return nil
	}
	return height, paint, nil
}

func ratioBars(r *result.Result) (*plot.Plot, error) {
	base := r.Bases[0]
	var kernels, names []string
	for _, row := range r.Rows {
		if _, ok := row.Ratios[base]; !ok || row.N != 0 || row.Name == base {
			continue
		}
		if !slices.Contains(kernels, row.Group) {
			kernels = append(kernels, row.Group)
		}
		if !slices.Contains(names, row.Name) {
			names = append(names, row.Name)
		}
	}
	if len(kernels) == 0 {
		return nil, nil
	}
	p := newPlot("CPU time by that of " + base + ": less is better")
	p.Y.Label.Text = "ratio of CPU times (median)"
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = nil, pale
	p.Add(grid)
	p.Y.Tick.Marker = steps{1}
	p.Legend.Top, p.Legend.Left, p.Legend.XOffs = true, true, 4
	wide := vg.Length(44 / len(names))
	for i, name := range names {
		values := make(plotter.Values, len(kernels))
		for k, kernel := range kernels {
			if row := r.Find(kernel, name, 0); row != nil {
				values[k] = row.Ratios[base].Median
			}
		}
		bar, err := plotter.NewBarChart(values, wide)
		if err != nil {
			return nil, err
		}
		bar.LineStyle.Width = 0
		bar.Color = nameColours[name]
		bar.Offset = wide * vg.Length(2*i-len(names)+1) / 2
		p.Add(bar)
		p.Legend.Add(name, bar)
	}
	one, err := plotter.NewLine(plotter.XYs{{X: -0.5, Y: 1}, {X: float64(len(kernels)) - 0.5, Y: 1}})
	if err != nil {
		return nil, err
	}
	one.Color, one.Width, one.Dashes = black, 0.5, []vg.Length{3, 2}
	p.Add(one)
	p.NominalX(kernels...)
	p.Y.Min = 0
	p.Y.Max *= 1.05
	return p, nil
}
