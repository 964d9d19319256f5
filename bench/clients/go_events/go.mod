module go_events

go 1.19

require (
	github.com/gorilla/websocket v1.5.0
	libvideodb_rt/bindings/go v0.0.0
)

replace libvideodb_rt/bindings/go => ../../../bindings/go

// Debian's golang-github-gorilla-websocket-dev
replace github.com/gorilla/websocket => /usr/share/gocode/src/github.com/gorilla/websocket
