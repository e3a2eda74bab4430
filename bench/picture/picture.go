// Package picture draws results, as SVG or PNG.
//
//	picture.go  Draw: which picture belongs to which result; colours, fonts, files
//	bars.go     bars for programs side by side: startup, steps
//	ratios.go   bars for kernels in several languages: code
//	curves.go   curves for series: load, compile, and the memory of code
package picture

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	_ "gonum.org/v1/plot/vg/vgimg" // .png
	_ "gonum.org/v1/plot/vg/vgsvg" // .svg

	"slul/bench/result"
)

// drawers are by the result's kind. Each says how high its picture is, and draws it.
var drawers = map[string]func(r *result.Result) (height vg.Length, paint func(draw.Canvas) error, err error){
	"startup": bars,
	"steps":   bars,
	"load":    curves,
	"code":    ratios,
	"compile": curves,
}

var formats = []string{"svg", "png"}

// width is that of a page: letters of 10 points are then as large as the text around.
const width = 18 * vg.Centimeter

// Check says what is wrong with the name of a picture's file.
func Check(path string) error {
	if !slices.Contains(formats, strings.TrimPrefix(filepath.Ext(path), ".")) {
		return fmt.Errorf("%s: a picture's name ends with .%s", path, strings.Join(formats, " or ."))
	}
	return nil
}

// Draw gives the picture of a result in the format that path ends with.
func Draw(r *result.Result, path string) ([]byte, error) {
	if err := Check(path); err != nil {
		return nil, err
	}
	format := strings.TrimPrefix(filepath.Ext(path), ".")
	drawer := drawers[r.Kind]
	if drawer == nil {
		return nil, fmt.Errorf("there is no picture of a result of %q", r.Kind)
	}
	height, paint, err := drawer(r)
	if err != nil {
		return nil, err
	}
	c, err := draw.NewFormattedCanvas(width, height, format)
	if err != nil {
		return nil, err
	}
	dc := draw.New(c)
	dc.SetColor(color.White)
	dc.Fill(dc.Rectangle.Path())
	if err := paint(dc); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	if format == "svg" {
		return anyFont(b.Bytes()), nil
	}
	return b.Bytes(), nil
}

// anyFont lets an SVG look alike for who has not its font: another is taken, and pressed
// into the width that the text was laid out for.
func anyFont(svg []byte) []byte {
	svgText := regexp.MustCompile(`font-family:Liberation Sans;([^"]*)font-size:([0-9.]+)px">([^<]+)</text>`)
	return svgText.ReplaceAllFunc(svg, func(text []byte) []byte {
		m := svgText.FindSubmatch(text)
		size, _ := strconv.ParseFloat(string(m[2]), 64)
		f := sans
		f.Size = vg.Length(size)
		face := font.DefaultCache.Lookup(f, f.Size)
		wide := face.Width(html.UnescapeString(string(m[3])))
		return fmt.Appendf(nil, "font-family:'Liberation Sans',Arial,Helvetica,sans-serif;%sfont-size:%spx\" textLength=\"%.1f\" lengthAdjust=\"spacingAndGlyphs\">%s</text>",
			m[1], m[2], float64(wide), m[3])
	})
}

var sans = font.Font{Typeface: "Liberation", Variant: "Sans"}

// Colours of Okabe and Ito, which those see apart too who do not see all colours.
var (
	blue       = color.RGBA{0x00, 0x72, 0xb2, 0xff}
	vermillion = color.RGBA{0xd5, 0x5e, 0x00, 0xff}
	green      = color.RGBA{0x00, 0x9e, 0x73, 0xff}
	orange     = color.RGBA{0xe6, 0x9f, 0x00, 0xff}
	purple     = color.RGBA{0xcc, 0x79, 0xa7, 0xff}
	grey       = color.RGBA{0x99, 0x99, 0x99, 0xff}
	pale       = color.RGBA{0xdd, 0xdd, 0xdd, 0xff}
	black      = color.RGBA{0x22, 0x22, 0x22, 0xff}
)

// newPlot is a plot in our hand.
func newPlot(title string) *plot.Plot {
	plot.DefaultFont, plotter.DefaultFont = sans, sans
	p := plot.New()
	p.Title.Text = title
	p.Title.TextStyle.Font.Size = 11
	p.Title.Padding = 6
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Label.TextStyle.Font.Size = 10
		a.Tick.Label.Font.Size = 9
		a.Color, a.Tick.Color = black, black
		a.LineStyle.Width, a.Tick.LineStyle.Width = 0.5, 0.5
	}
	p.Legend.TextStyle.Font.Size = 9
	return p
}
