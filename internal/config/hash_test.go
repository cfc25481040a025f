package config

import "testing"

func TestHash(t *testing.T) {
	serve := func(uri string) Serve { return Serve{Store: Store{MongodbURI: &uri}, Addr: "127.0.0.1:0"} }
	one := serve("mongodb://user:secret@host/crm").Hash(&File{text: []byte("a: 1\n")})
	for name, test := range map[string]struct {
		serve Serve
		text  string
		same  bool
	}{
		"the same":              {serve("mongodb://user:secret@host/crm"), "a: 1\n", true},
		"another password":      {serve("mongodb://user:other@host/crm"), "a: 1\n", true},
		"another host":          {serve("mongodb://user:secret@other/crm"), "a: 1\n", false},
		"another file":          {serve("mongodb://user:secret@host/crm"), "a: 2\n", false},
		"what was made of it":   {Serve{Store: serve("mongodb://host/crm").Store, Addr: "127.0.0.1:0", Checked: Checked{PageCap: 3}}, "a: 1\n", true},
		"another flag":          {Serve{Store: serve("mongodb://host/crm").Store, Addr: "127.0.0.1:1"}, "a: 1\n", false},
		"no file, and no store": {Serve{Addr: "127.0.0.1:0"}, "", false},
	} {
		if got := test.serve.Hash(&File{text: []byte(test.text)}); (got == one) != test.same || len(got) != 16 {
			t.Errorf("%s: %s beside %s", name, got, one)
		}
	}
	if (Serve{}).Hash(nil) == "" {
		t.Error("without a file there is no hash")
	}
}
