package videodb

import "context"

// BatchConfig says what is looked at in one piece. Pictures: Type "time", Value seconds, FrameCount pictures in each window. Speech: Type
// "word" or "sentence", Value how many, or "time", Value seconds.
type BatchConfig struct {
	Type       string
	Value      int
	FrameCount int
}

func (b *BatchConfig) options() options {
	o := options{}
	o.text("type", b.Type)
	o["value"] = b.Value
	o.whole("frame_count", b.FrameCount)
	return o
}

// IndexOptions are those that all indexes have.
type IndexOptions struct {
	Prompt       string
	BatchConfig  *BatchConfig
	Name         string
	ConnectionID string // of the WebSocket that gets its events
	ModelName    string
	ModelConfig  map[string]any
	SandboxID    string
	Extra        map[string]any
}

func (i IndexOptions) options() options {
	o := optionsOf(i.Extra)
	o.text("prompt", i.Prompt)
	if i.BatchConfig != nil {
		o["batch_config"] = i.BatchConfig.options()
	}
	o.text("name", i.Name)
	o.text("ws_connection_id", i.ConnectionID)
	o.text("model_name", i.ModelName)
	object(o, "model_config", i.ModelConfig)
	o.text("sandbox_id", i.SandboxID)
	return o
}

// IndexVisuals describes the pictures. Its events are of [EventSceneIndex].
func (s *RTStream) IndexVisuals(ctx context.Context, options IndexOptions) (*SceneIndex, error) {
	return s.index(ctx, "rtstream_index_visuals", options.options())
}

// AudioIndexOptions are of an index of speech.
type AudioIndexOptions struct {
	IndexOptions
	AutoStartTranscript bool // asks the service to start the transcript that it works on
}

func (a AudioIndexOptions) options() options {
	o := a.IndexOptions.options()
	o.flag("auto_start_transcript", a.AutoStartTranscript)
	return o
}

// IndexAudio describes speech. It works on the transcript, which has to run. Its events are of [EventAudioIndex].
func (s *RTStream) IndexAudio(ctx context.Context, options AudioIndexOptions) (*SceneIndex, error) {
	return s.index(ctx, "rtstream_index_audio", options.options())
}

// IndexSpokenWords is IndexAudio by ten words.
func (s *RTStream) IndexSpokenWords(ctx context.Context, options AudioIndexOptions) (*SceneIndex, error) {
	return s.index(ctx, "rtstream_index_spoken_words", options.options())
}

// ExtractionOptions are those of IndexScenes; BatchConfig is none of them.
type ExtractionOptions struct {
	IndexOptions
	ExtractionType   string         // "time", "shot" or "transcript"; "time"
	ExtractionConfig map[string]any // {"time": 2, "frame_count": 5}
}

// IndexScenes describes the pictures, with the options as the service has them.
func (s *RTStream) IndexScenes(ctx context.Context, options ExtractionOptions) (*SceneIndex, error) {
	o := options.IndexOptions.options()
	o.text("extraction_type", options.ExtractionType)
	object(o, "extraction_config", options.ExtractionConfig)
	return s.index(ctx, "rtstream_index_scenes", o)
}

func (s *RTStream) index(ctx context.Context, operation string, o options) (*SceneIndex, error) {
	answer, err := s.client.answer(ctx, operation, o, s.ID)
	if err != nil {
		return nil, err
	}
	return s.sceneIndex(answer)
}

// ListSceneIndexes fetches the stream's scene indexes, those of speech too.
func (s *RTStream) ListSceneIndexes(ctx context.Context) ([]*SceneIndex, error) {
	answer, err := s.client.answer(ctx, "scene_index_list", nil, s.ID)
	if err != nil {
		return nil, err
	}
	return each(answer, "scene_indexes", s.sceneIndex)
}

// GetSceneIndex fetches a scene index.
func (s *RTStream) GetSceneIndex(ctx context.Context, id string) (*SceneIndex, error) {
	answer, err := s.client.answer(ctx, "scene_index_get", nil, s.ID, id)
	if err != nil {
		return nil, err
	}
	return s.sceneIndex(answer)
}
