package plaintext

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOf(t *testing.T) {
	for _, test := range []struct{ html, want string }{
		{"<p>one</p><p>two<br />three<br>four</p>", "one\n\ntwo\nthree\nfour"},
		{"plain", "plain"},
		{"", ""},
		{"<p></p>", ""},
		{"<p>1 &lt; 2 &amp;&amp; caf&eacute; &#39;x&#39; &#128512;</p>", "1 < 2 && café 'x' 😀"},
		{"<p>a\n  b\t c</p>\n<p> d </p>", "a b c\n\nd"},
		{"<p>10&nbsp;€</p>", "10\u00a0€"},
		{`<p>see <a href="https://a.example/long/way"><span class="invisible">https://</span><span class="ellipsis">a.example/lo</span><span class="invisible">ng/way</span></a>.</p>`,
			"see https://a.example/long/way."},
		{`<p><span class="h-card" translate="no"><a href="https://b.example/@m" class="u-url mention">@<span>m</span></a></span> hi <a href="x" class="mention hashtag" rel="tag">#<span>down</span></a></p>`,
			"@m hi #down"},
		{`<p class="quote-inline">RE: <a href="x">https://c.example/1</a></p><p>so true</p>`, "so true"},
		{`<span class="quote-inline">RE: <span>x</span> y</span>after`, "after"},
		{"<ul> <li>one</li> <li>two </li></ul><blockquote>said</blockquote>", "one\ntwo\nsaid"},
		{"<pre><code>a\nb</code></pre>", "a\nb"},
		{"<script>alert('x')</script><style>p{}</style><!-- c -->text", "text"},
		{"<p>שלום <b>עולם</b> 🦊</p>", "שלום עולם 🦊"},
		{"<p>never closed <a href='", "never closed"},
	} {
		if got := Of(test.html); got != test.want {
			t.Errorf("%q:\n got %q\nwant %q", test.html, got, test.want)
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, s := range []string{"<p>a</p><p>b<br>c</p>", "<pre>a\n b</pre>", `<p class="quote-inline">x`, "&amp;lt;", "</pre></p>", "<script><p>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, content string) {
		text := Of(content)
		if text != strings.TrimSpace(text) || strings.Contains(text, "\n\n\n") {
			t.Errorf("%q", text)
		}
		if utf8.ValidString(content) && !utf8.ValidString(text) {
			t.Errorf("%q is no UTF-8", text)
		}
	})
}
