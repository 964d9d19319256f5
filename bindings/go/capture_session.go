package videodb

import (
	"context"
	"encoding/json"
)

// CaptureSession is a user's screen and microphone as streams, as it was when it was fetched.
type CaptureSession struct {
	ID                    string
	CollectionID          string
	EndUserID             string
	Status                string // "created", "starting", "active", "stopping", "stopped", "exported" or "failed"
	CallbackURL           string
	Metadata              map[string]any
	Channels              []CaptureChannel
	RTStreams             []*RTStream
	PrimaryVideoChannelID string
	ExportStatus          string // "exporting", "exported" or "failed"; empty before
	ExportedVideoID       string
	Raw                   json.RawMessage

	client *Client
}

// CaptureChannel is a screen, a microphone or another source of a session.
type CaptureChannel struct {
	ID, Name  string
	Type      string // "video" or "audio"
	Store     bool
	IsPrimary bool
	RTSPURL   string // where it is sent to, of a started session
	Raw       json.RawMessage
}

func channelOf(m members) (CaptureChannel, error) {
	return CaptureChannel{
		m.text("channel_id", "id"), m.text("name", "channel_name"), m.text("type"), m.flag("store"), m.flag("is_primary"),
		m.text("rtsp_url"), m.raw,
	}, nil
}

func (coll *Collection) session(m members) (*CaptureSession, error) {
	id, err := m.required("session_id", "id")
	session := &CaptureSession{
		ID: id, CollectionID: coll.ID, EndUserID: m.text("end_user_id"), Status: m.text("status"), CallbackURL: m.text("callback_url"),
		Metadata: m.object("metadata"), PrimaryVideoChannelID: m.text("primary_video_channel_id"), ExportStatus: m.text("export_status"),
		ExportedVideoID: m.text("exported_video_id"), Raw: m.raw, client: coll.client,
	}
	if m.all["channels"] != nil && err == nil {
		session.Channels, err = each(m, "channels", channelOf)
	}
	if m.all["rtstreams"] != nil && err == nil {
		session.RTStreams, err = each(m, "rtstreams", coll.client.stream)
	}
	return session, err
}

// CaptureOptions are of a new session.
type CaptureOptions struct {
	CallbackURL  string // a webhook for its events
	ConnectionID string // of the WebSocket for its events, of [EventCaptureSession]
	Metadata     map[string]any
	Extra        map[string]any
}

// CreateCaptureSession makes a session for a user.
func (coll *Collection) CreateCaptureSession(ctx context.Context, endUserID string, options CaptureOptions) (*CaptureSession, error) {
	o := optionsOf(options.Extra)
	o["end_user_id"] = endUserID
	o.text("callback_url", options.CallbackURL)
	o.text("ws_connection_id", options.ConnectionID)
	object(o, "metadata", options.Metadata)
	answer, err := coll.client.answer(ctx, "capture_session_create", o, coll.ID)
	if err != nil {
		return nil, err
	}
	return coll.session(answer)
}

// GetCaptureSession fetches a session.
func (coll *Collection) GetCaptureSession(ctx context.Context, id string) (*CaptureSession, error) {
	answer, err := coll.client.answer(ctx, "capture_session_get", nil, coll.ID, id)
	if err != nil {
		return nil, err
	}
	return coll.session(answer)
}

// SessionListOptions choose sessions.
type SessionListOptions struct {
	Status, EndUserID string
	Limit             int
	Extra             map[string]any
}

// EachCaptureSession goes through all sessions, and fetches page after page.
func (coll *Collection) EachCaptureSession(options SessionListOptions) *Records[*CaptureSession] {
	o := optionsOf(options.Extra)
	o.text("status", options.Status)
	o.text("end_user_id", options.EndUserID)
	o.whole("limit", options.Limit)
	o["collection_id"] = coll.ID
	return recordsOf(coll.client, "capture_session_list", o, coll.session)
}

// SessionExport is how the export of a session goes.
type SessionExport struct {
	Playback
	Status  string // "exporting", "exported" or "failed"
	VideoID string
	Raw     json.RawMessage
}

// Export exports the session as a video; of the main picture where channelID is empty. Repeat it to learn how it goes on.
func (s *CaptureSession) Export(ctx context.Context, channelID, connectionID string) (*SessionExport, error) {
	o := options{}
	o.text("video_channel_id", channelID)
	o.text("ws_connection_id", connectionID)
	answer, err := s.client.answer(ctx, "capture_session_export", o, s.CollectionID, s.ID)
	if err != nil {
		return nil, err
	}
	return &SessionExport{playbackOf(answer), answer.text("export_status"), answer.text("video_id"), answer.raw}, nil
}

// NewChannel is a channel that a device wants to send.
type NewChannel struct {
	ID, Name string
	Type     string // "video" or "audio"
	Store    *bool
}

// Start is for the device: it says what it sends. It gives the session's status.
func (s *CaptureSession) Start(ctx context.Context, channels []NewChannel, options CaptureOptions) (string, error) {
	o := optionsOf(options.Extra)
	all := []map[string]any{}
	for _, channel := range channels {
		one := map[string]any{"channel_id": channel.ID, "channel_name": channel.Name, "type": channel.Type}
		pointer(one, "store", channel.Store)
		all = append(all, one)
	}
	o["channels"] = all
	o.text("callback_url", options.CallbackURL)
	o.text("ws_connection_id", options.ConnectionID)
	answer, err := s.client.answer(ctx, "capture_session_start", o, s.ID)
	return answer.text("status"), err
}

// ListChannels fetches the channels of a started session, each with where it is to be sent.
func (s *CaptureSession) ListChannels(ctx context.Context) ([]CaptureChannel, error) {
	answer, err := s.client.answer(ctx, "capture_session_channels", nil, s.ID)
	if err != nil {
		return nil, err
	}
	return each(answer, "channels", channelOf)
}

// Stop ends the session.
func (s *CaptureSession) Stop(ctx context.Context) error {
	return s.client.order(ctx, "capture_session_stop", nil, s.ID)
}
