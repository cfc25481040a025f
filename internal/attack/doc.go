// Package attack attacks a running gateway. It has tests only: the command is built and
// started as an operator would start it, over the demo company and with credentials asked
// for, and then attacked from outside, beside honest callers. That takes the machine for some
// minutes, so that it is run by name: make attack.
//
// The attacks are the files of testdata, one class in each. A file is a txtar archive that
// was a text/template, with << and >> around the actions, so that a bomb need not be written
// out. Its comment says what the class is about, and ends with what holds for the class:
//
//	cpu: 0.5         the most that a request may cost the gateway, as a share of a plain query's cost
//
// UNIQUE in a request is another text each time that it is sent.
//
// A section is an attack: words of how it is made and what has to come back, an empty line,
// and the request. The request is a document of GraphQL, or begins as HTTP does (what a
// client must say is added, unless the words have raw), or begins with the word WEBSOCKET,
// which every line after the headers is a message for. The words:
//
//	who: partner       whose key it has, or honest; else there is none
//	server: open       the server that asks for no credentials
//	from: office       attacks from one place have one address; else each has its own
//	times: 10          how often it is sent, and parallel: 4 of them at once, if it is not said
//	variables: {…}     and extensions: {…}, operationName: "…", of a document
//	raw: yes           nothing is added to the request
//	drip: 500ms        after the headers one byte comes at a time; or none at all: "hold"
//	status: 400 401    what may come back; 0 is a connection that was closed without a word
//	last: 429          what has to come back the last time
//	answers: 1         how many answers come on one connection; 1 if it is not said
//	close: 4401        how the WebSocket is closed; 0: it is not
//	has: text          what is in every answer; lacks: what is in none
//	bytes: 2000        the longest answer, its headers included; 4096 if it is not said
//	within: 7s         how long the gateway bears it; 3s if it is not said. Where plain queries
//	                   are slow in the same run, it is longer, as many times as they are slow
package attack
