package picture

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"slul/bench/result"
)

// groupColours are by the group's name; what is not here is grey.
var groupColours = map[string]color.Color{"least": black, "slul": blue, "others": vermillion}

// bars draws one bar for each row, the first on top: its end is the median, a line
// leads from the minimum to the 90th percentile.
func bars(r *result.Result) (vg.Length, func(draw.Canvas) error, error) {
	p := newPlot("Start of a program: " + r.Machine.CPU + ", " + r.Machine.Kernel)
	p.X.Label.Text = "µs from vfork to wait4 (median; line: minimum to 90th percentile)"
	p.X.Min = 0
	grid := plotter.NewGrid()
	grid.Horizontal.Color = nil
	grid.Vertical.Color = pale
	p.Add(grid)
	p.X.Tick.Marker = steps{100}
	n := len(r.Rows)
	var names []string
	var ends plotter.XYLabels
	for i, row := range r.Rows {
		y := float64(n - 1 - i)
		bar, err := plotter.NewBarChart(plotter.Values{row.Median}, 11)
		if err != nil {
			return 0, nil, err
		}
		bar.Horizontal, bar.XMin, bar.LineStyle.Width = true, y, 0
		bar.Color = cmp.Or[color.Color](groupColours[row.Group], grey)
		span, err := plotter.NewLine(plotter.XYs{{X: row.Min, Y: y}, {X: row.P90, Y: y}})
		if err != nil {
			return 0, nil, err
		}
		span.Color, span.Width = black, 1
		p.Add(bar, span)
		ends.XYs = append(ends.XYs, plotter.XY{X: max(row.Median, row.P90), Y: y})
		ends.Labels = append(ends.Labels, fmt.Sprintf("%.0f", row.Median))
		p.X.Max = max(p.X.Max, row.P90*1.06)
	}
	for i := range r.Rows {
		names = append(names, r.Rows[n-1-i].Name+"  ") // room where another font is wider
	}
	for _, base := range r.Rows { // the floors go through all bars
		if base.Group == r.Groups[0].Name && slices.Contains(r.Bases, base.Name) {
			line, err := plotter.NewLine(plotter.XYs{{X: base.Median, Y: -0.5}, {X: base.Median, Y: float64(n) - 0.5}})
			if err != nil {
				return 0, nil, err
			}
			line.Color, line.Width, line.Dashes = black, 0.5, []vg.Length{3, 2}
			p.Add(line)
		}
	}
	labels, err := plotter.NewLabels(ends)
	if err != nil {
		return 0, nil, err
	}
	labels.Offset = vg.Point{X: 4, Y: -3}
	for i := range labels.TextStyle {
		labels.TextStyle[i].Font.Size = 9
	}
	p.Add(labels)
	p.NominalY(names...)
	p.Y.Min, p.Y.Max = -0.6, float64(n)-0.4
	return vg.Length(n)*17 + 70, paintOne(p), nil
}

func paintOne(p *plot.Plot) func(draw.Canvas) error {
	return func(c draw.Canvas) error {
		p.Draw(draw.Crop(c, 14, -14, 6, -6))
		return nil
	}
}

// steps puts a tick with a number at every such step, or twice, five times, ten times …
// it, so that there are up to ten.
type steps struct{ first float64 }

func (s steps) Ticks(low, high float64) (ticks []plot.Tick) {
	step := s.first
	for k := 0; (high-low)/step > 10; k++ {
		step *= []float64{2, 2.5, 2}[k%3]
	}
	for v := 0.0; v <= high; v += step {
		if v >= low {
			ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprint(v)})
		}
	}
	return ticks
}
