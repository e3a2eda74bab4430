package picture

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"slul/bench/result"
)

// nameColours are those of loaders and of tools, by the name of the row.
var nameColours = map[string]color.Color{
	"slul": blue, "glibc": vermillion, "musl": green,
}

const columns = 2

// curves draws one plot for each series: the median of each loader by N. Both axes are
// logarithmic, so a cost of so much for each has the same slope everywhere. A point with
// N = 0 has no place there and is left out.
func curves(r *result.Result) (vg.Length, func(draw.Canvas) error, error) {
	var plots []*plot.Plot
	for _, g := range r.Groups {
		if g.Unit == "" {
			continue
		}
		p, err := curvesOf(r, g)
		if err != nil {
			return 0, nil, err
		}
		if p != nil {
			plots = append(plots, p)
		}
	}
	if len(plots) == 0 {
		return 0, nil, fmt.Errorf("no series has a point to draw")
	}
	rows := (len(plots) + columns - 1) / columns
	grid := make([][]*plot.Plot, rows)
	for i := range grid {
		grid[i] = make([]*plot.Plot, columns)
		for k := range columns {
			if n := i*columns + k; n < len(plots) {
				grid[i][k] = plots[n]
			}
		}
	}
	paint := func(c draw.Canvas) error {
		tiles := draw.Tiles{Rows: rows, Cols: columns, PadX: 14, PadY: 14, PadTop: 6, PadBottom: 6, PadLeft: 4, PadRight: 8}
		canvases := plot.Align(grid, tiles, c)
		for i, row := range grid {
			for k, p := range row {
				if p != nil {
					p.Draw(canvases[i][k])
				}
			}
		}
		return nil
	}
	return vg.Length(rows) * 190, paint, nil
}

func curvesOf(r *result.Result, g result.Group) (*plot.Plot, error) {
	p := newPlot(g.Title)
	p.X.Label.Text = plural(g.Unit)
	p.Y.Label.Text = "start, ms (median)"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = decades{}, decades{}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = pale, pale
	p.Add(grid)
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.XOffs, p.Legend.YOffs = 4, -2
	names, points := []string{}, map[string]plotter.XYs{}
	for _, row := range r.Rows {
		if row.Group == g.Name && row.N > 0 {
			if points[row.Name] == nil {
				names = append(names, row.Name)
			}
			points[row.Name] = append(points[row.Name], plotter.XY{X: float64(row.N), Y: row.Median / 1000})
		}
	}
	for _, name := range names {
		line, dots, err := plotter.NewLinePoints(points[name])
		if err != nil {
			return nil, err
		}
		c := nameColours[name]
		if c == nil {
			c = black
		}
		line.Color, line.Width = c, 1.5
		dots.Color, dots.Shape, dots.Radius = c, draw.CircleGlyph{}, 2
		p.Add(line, dots)
		p.Legend.Add(name, line, dots)
	}
	if len(names) == 0 {
		return nil, nil
	}
	// a little room, so that neither dots nor the legend lie on the frame
	p.X.Min, p.X.Max = p.X.Min/1.3, p.X.Max*1.3
	p.Y.Min, p.Y.Max = p.Y.Min/1.3, p.Y.Max*4
	return p, nil
}

func plural(unit string) string {
	switch {
	case strings.HasSuffix(unit, "y"):
		return strings.TrimSuffix(unit, "y") + "ies"
	case strings.HasSuffix(unit, "B"):
		return unit
	}
	return unit + "s"
}

// decades puts a tick with a number at each power of ten, and one without at twice
// and five times it; with numbers too where there would be less than two.
type decades struct{}

func (decades) Ticks(low, high float64) (ticks []plot.Tick) {
	few := math.Log10(high/low) < 2
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		for _, k := range []float64{1, 2, 5} {
			v := k * math.Pow(10, e)
			if v < low || v > high {
				continue
			}
			t := plot.Tick{Value: v}
			if k == 1 || few {
				t.Label = short(v)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// short writes numbers as people say them: 0.2, 50, 1 k, 1 M.
func short(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%g M", v/1e6)
	case v >= 1e3:
		return fmt.Sprintf("%g k", v/1e3)
	}
	return fmt.Sprintf("%.3g", v)
}
