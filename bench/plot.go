package main

import (
	"fmt"
	"html"
	"strings"
)

// Sizes of the plot, in pixels.
const (
	plotWidth  = 760
	labelWidth = 250
	barHeight  = 14
	barStep    = 20
	groupGap   = 44
)

// plot draws the CPU of a request relative to F0, as bars, each workload to its own scale.
// Its colours are legible on light and on dark pages.
func plot(tables []*table) []byte {
	height := 16
	var drawn []*table
	for _, t := range tables {
		floor := t.row(floor0)
		if floor == nil || len(floor.cpu) == 0 {
			continue
		}
		drawn = append(drawn, t)
		height += groupGap + barStep*len(t.rows)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>CPU per request relative to F0, a handler written by hand; shorter is better. Each workload has its own scale.</title>
<style>
text { fill: #333 } .peer { fill: #8a94a6 } .floor { fill: #b58a2e } .us { fill: #2f7fd6 } .one { stroke: #b58a2e; stroke-dasharray: 3 3 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } }
</style>
`, plotWidth, height, plotWidth, height)
	y := 0
	for _, t := range drawn {
		floor := t.row(floor0)
		y += groupGap
		fmt.Fprintf(&b, `<text x="0" y="%d" font-weight="bold">%s: %s</text>`+"\n", y-10, t.workload.name, html.EscapeString(t.workload.title))
		top, longest := y, 1.0
		for _, r := range t.rows {
			longest = max(longest, ratios(r, floor).median)
		}
		scale := float64(plotWidth-labelWidth-70) / longest
		for _, r := range t.rows {
			ratio := ratios(r, floor).median
			class := "peer"
			switch {
			case r.server.key == ours:
				class = "us"
			case r.server.key == floor0 || r.server.bound:
				class = "floor"
			}
			label, _, _ := strings.Cut(strings.ReplaceAll(r.server.label, "*", ""), ":")
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text><rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/><text x="%.1f" y="%d">%s×</text>`+"\n",
				labelWidth-8, y+11, html.EscapeString(label), class, labelWidth, y, ratio*scale, barHeight, labelWidth+ratio*scale+6, y+11, figure(ratio))
			y += barStep
		}
		fmt.Fprintf(&b, `<line class="one" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`+"\n", labelWidth+scale, labelWidth+scale, top-3, y-3)
	}
	b.WriteString("</svg>\n")
	return []byte(b.String())
}
