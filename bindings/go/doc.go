// Package videodb is the client of VideoDB's real-time video API, on the native library libvideodb_rt.
//
//	conn, err := videodb.Connect(videodb.Config{}) // VIDEO_DB_API_KEY, VIDEO_DB_API
//	stream, err := conn.DefaultCollection().GetRTStream(ctx, "rts-...")
//	index, err := stream.IndexVisuals(ctx, videodb.VisualIndexOptions{Prompt: "Describe what moves"})
//
// Every call takes a context, for its deadline and to be cancelled. Without a deadline the setting http.timeout_ms counts. The request of
// a call that was cancelled may have reached the service all the same.
//
// Errors are of the type *[Error]. errors.Is compares them with a [Status], such as [ErrNotFound], and with context.Canceled and
// context.DeadlineExceeded where the context was the reason.
//
// Points in time are time.Time; a zero one is left out of a request. Members of an answer that the service leaves out are zero, and
// Raw has the answer as it came. Whatever is not among the fields of an options struct goes into its Extra.
//
// Everything may be used by several goroutines at once. A [Client] and a [WebSocket] are closed by the program; one that is forgotten is
// given back when it is collected.
package videodb

//go:generate go run ./internal/generate/cmd ../../Include/videodb_rt.h
