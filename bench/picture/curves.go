package picture

import (
	"errors"
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
	"gcc-O1": grey, "gcc-O2": vermillion, "tcc": orange, "go": purple, "slul-O0": green, "least": grey,
}

const columns = 2

// curves draws one plot for each series: the median of each loader by N. Both axes are
// logarithmic, so a cost of so much for each has the same slope everywhere. A point with
// N = 0 has no place there and is left out.
func curves(r *result.Result) (vg.Length, func(draw.Canvas) error, error) {
	plots, err := series(r)
	if err != nil {
		return 0, nil, err
	}
	if len(plots) == 0 {
		return 0, nil, errors.New("no series has a point to draw")
	}
	return rowsOf(plots) * rowHeight, func(c draw.Canvas) error { tile(c, plots, min(columns, len(plots))); return nil }, nil
}

const rowHeight = 190

// rowsOf is how many rows of columns these plots take.
func rowsOf(plots []*plot.Plot) vg.Length { return vg.Length((len(plots) + columns - 1) / columns) }

// series gives a plot for each series that has a point.
func series(r *result.Result) (plots []*plot.Plot, err error) {
	for _, g := range r.Groups {
		if g.Unit == "" {
			continue
		}
		p, err := curvesOf(r, g)
		if err != nil {
			return nil, err
		}
		if p != nil {
			plots = append(plots, p)
		}
	}
	return plots, nil
}

// tile draws plots side by side, so many in a row.
func tile(c draw.Canvas, plots []*plot.Plot, columns int) {
	grid := [][]*plot.Plot{}
	for i, p := range plots {
		if i%columns == 0 {
			grid = append(grid, make([]*plot.Plot, columns))
		}
		grid[len(grid)-1][i%columns] = p
	}
	tiles := draw.Tiles{Rows: len(grid), Cols: columns, PadX: 14, PadY: 14, PadTop: 6, PadBottom: 6, PadLeft: 4, PadRight: 8}
	canvases := plot.Align(grid, tiles, c)
	for i, row := range grid {
		for k, p := range row {
			if p != nil {
				p.Draw(canvases[i][k])
			}
		}
	}
}

func curvesOf(r *result.Result, g result.Group) (*plot.Plot, error) {
	p := newPlot(g.Title)
	p.X.Label.Text = plural(g.Unit)
	y, label := milliseconds, "start, ms (median)"
	if g.Work != "" {
		y, label = (*result.Row).Rate, g.Work+"/s (median)"
	}
	p.Y.Label.Text = label
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
			points[row.Name] = append(points[row.Name], plotter.XY{X: float64(row.N), Y: y(&row)})
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

func milliseconds(r *result.Row) float64 { return r.Median / 1000 }

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
// and five times it; with numbers too where there would be less than two, and with a
// number at every other power where there would be more than four.
type decades struct{}

func (decades) Ticks(low, high float64) (ticks []plot.Tick) {
	few, many := math.Log10(high/low) < 2, math.Log10(high/low) > 4
	for e := math.Floor(math.Log10(low)); e <= math.Ceil(math.Log10(high)); e++ {
		for _, k := range []float64{1, 2, 5} {
			v := k * math.Pow(10, e)
			if v < low || v > high {
				continue
			}
			t := plot.Tick{Value: v}
			if few || k == 1 && (!many || int(e)%2 == 0) {
				t.Label = result.SI(v)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}
